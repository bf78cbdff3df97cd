"""The files of the project, for the scripts that check or write them."""

import os
import pathlib
import re


class Tree:
    """The files below root, each read once: {path from the root: text}."""

    def __init__(self, root):
        self.root = root
        self.texts = {}
        for folder, inner, names in os.walk(root):
            made = {".git", ".progress", "__pycache__"} | ({"build"} if folder == str(root) else set())
            inner[:] = sorted(set(inner) - made)
            for name in sorted(set(names) - made):  # .git is a file where the tree is one of several
                path = pathlib.Path(folder, name)
                try:
                    self.texts[str(path.relative_to(root))] = path.read_text()
                except (UnicodeDecodeError, OSError):
                    pass

    def sources(self, *tops, ends=(".cpp", ".hpp")):
        for path, text in self.texts.items():
            if path.endswith(ends) and (not tops or path.startswith(tops)):
                yield path, text

    def pages(self):
        return self.sources(ends=".md")

    def chapters(self):
        return sorted(path for path in self.root.glob("chapters/*") if re.match(r"\d+\.\d+-", path.name))


def line_of(text, position):
    return text.count("\n", 0, position) + 1
