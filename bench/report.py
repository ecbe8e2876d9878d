"""Writes docs/performance.md: each mode replaces its own section and keeps the others."""
import os, re

SECTIONS = ["Compared with other programs", "Growth", "Beside a busy Redis", "Page cache", "Native executable"]
HEAD = """# Performance

`bench/run` writes this page; anyone can repeat that, see `bench/run --help`. Each section comes from its own run. It measured
the version that was committed before that run, not always the present one.
"""


def table(columns, rows):
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def write(path, title, text):
    sections = {}
    if os.path.exists(path):
        with open(path) as file:
            for section in re.split(r"^## ", file.read(), flags=re.MULTILINE)[1:]:
                known, _, rest = section.partition("\n")
                sections[known] = rest.strip()
    sections[title] = text.strip()
    with open(path, "w") as file:
        file.write(HEAD)
        for known in SECTIONS:
            if known in sections:
                file.write(f"\n## {known}\n\n{sections[known]}\n")
