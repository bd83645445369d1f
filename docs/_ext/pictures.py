"""Pictures in the gallery of `examples/`: a script draws them into the folder that it is given."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from sphinx_gallery.scrapers import figure_rst


def folder(gallery_conf: dict[str, Any]) -> Path:
    return Path(gallery_conf["src_dir"]) / gallery_conf["gallery_dirs"] / "drawn"


def arguments(gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
    """Return what a script is called with: an empty folder for its pictures. It finds its data beside its own file."""
    name = Path(script_vars["src_file"]).name
    script_vars["example_globals"]["__file__"] = str(Path(gallery_conf["src_dir"]).parent / "examples" / name)
    drawn = folder(gallery_conf)
    shutil.rmtree(drawn, ignore_errors=True)
    drawn.mkdir(parents=True)
    return [str(drawn)]


def show(block: object, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """Return the lines that show what a script has drawn, each picture once."""
    shown = []
    for picture in sorted(folder(gallery_conf).glob("*.svg")):
        path = Path(next(block_vars["image_path_iterator"])).with_suffix(".svg")
        shutil.move(picture, path)
        shown.append(str(path))
    return figure_rst(shown, gallery_conf["src_dir"])
