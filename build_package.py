"""Builds the plugin package that QGIS's plugin manager installs: ``dist/wr_plugin-<version>.zip``.

One folder ``wr_plugin/`` with metadata.txt, LICENSE, CHANGELOG.md, resources and forms inside; no tests, no compiled
files. The same sources give the same bytes. ``--folder DIR`` lays the same files out in ``DIR/wr_plugin`` instead.
"""

import argparse
import configparser
import runpy
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PLUGIN = "wr_plugin"
SINGLE = ("metadata.txt", "LICENSE", "CHANGELOG.md")
FOLDERS = ("resources", "forms")
LEFT_OUT_FOLDERS = {"__pycache__", "tests"}
LEFT_OUT_SUFFIXES = {".pyc", ".pyo", ".pyd", ".so", ".dll", ".orig", ".rej", ".swp", ".bak", ".tmp"}
EARLIEST = (1980, 1, 1, 0, 0, 0)


def version():
    """The product's version; SystemExit where metadata.txt says another one."""
    product = runpy.run_path(str(ROOT / PLUGIN / "version.py"))["VERSION"]
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    if metadata["general"]["version"] != product:
        raise SystemExit(f"metadata.txt 的版本 {metadata['general']['version']} 与 version.py 的 {product} 不一致")
    return product


def members():
    """(path in the package, file) of everything that belongs in it, sorted by path."""
    found = {f"{PLUGIN}/{name}": ROOT / name for name in SINGLE}
    for top, prefix in ((PLUGIN, PLUGIN), *((folder, f"{PLUGIN}/{folder}") for folder in FOLDERS)):
        for path in (ROOT / top).rglob("*"):
            inside = path.relative_to(ROOT / top)
            if path.is_file() and _belongs(inside):
                found[f"{prefix}/{inside.as_posix()}"] = path
    return sorted(found.items())


def _belongs(inside):
    parts = inside.parts
    return (not LEFT_OUT_FOLDERS & set(parts) and not any(part.startswith(".") for part in parts)
            and inside.suffix not in LEFT_OUT_SUFFIXES and not inside.name.startswith("requirements"))


def build_zip(target):
    """Writes the package to ``target``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for name, path in members():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            package.writestr(entry, path.read_bytes())
    return target


def lay_out(folder):
    """Writes the package's files below ``folder``, replacing what differs and removing what is no longer part of it."""
    wanted = {Path(folder) / name: path for name, path in members()}
    for old in (Path(folder) / PLUGIN).rglob("*"):
        if old.is_file() and old not in wanted:
            old.unlink()
    for new, path in wanted.items():
        content = path.read_bytes()
        if not new.is_file() or new.read_bytes() != content:
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(content)
    return Path(folder) / PLUGIN


def main():
    parser = argparse.ArgumentParser(description="生成 QGIS 插件安装包")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="放安装包的文件夹")
    parser.add_argument("--folder", type=Path, help="不打包，把同样的文件放到这个文件夹下")
    arguments = parser.parse_args()
    name = f"{PLUGIN}-{version()}.zip"
    print(lay_out(arguments.folder) if arguments.folder else build_zip(arguments.out / name))


if __name__ == "__main__":
    main()
