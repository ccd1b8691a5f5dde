"""Files to show."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile


def junit(tests: int, failed: int = 0, name: str = "report.xml") -> Any:
    """A test report with so many cases."""
    cases = "<testcase/>" * (tests - failed) + "<testcase><failure/></testcase>" * failed
    return SimpleUploadedFile(name, f"<testsuite>{cases}</testsuite>".encode())


def files(folder: Any) -> list[str]:
    """The names of all files that lie there."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())
