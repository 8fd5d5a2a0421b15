#!/usr/bin/env python3
"""Makes the pictures of terminals in docs/pictures.

Usage: scripts/make-pictures.py [PAGE…]          (as in `scripts/make-pictures.py update`; none: those of all pages)
       scripts/make-pictures.py --page HTML PNG  (of a page of `codemate benchmark --html`; wants chromium)

What they show is said by the pages: a comment `<!-- picture: pictures/NAME.svg` with commands, which tests/docs/docs_test
runs there on the sandbox, in a pseudo-terminal. It records what the terminal got; this script draws that. A picture moves
where the comment slows the server down. The same test compares the text of each picture with what the program says now.
"""

import glob
import html
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TEST = os.path.join(ROOT, "build/dev/tests/docs/docs_test")
COLUMN, ROW = 8.43, 20  # pixels
PAUSE = 0.25  # seconds between two frames at least
TYPING = 0.7  # seconds that a command takes to be typed, and to be read
# On the picture's own dark ground, whatever the page's is.
PALETTE = {30: "#484f58", 31: "#ff7b72", 32: "#3fb950", 33: "#d29922", 34: "#58a6ff", 35: "#bc8cff", 36: "#39c5cf", 37: "#b1bac4"}


class Screen:
    """A terminal as far as codemate uses one."""

    def __init__(self):
        self.rows, self.row, self.column, self.style = [[]], 0, 0, ()

    def write(self, text):
        for token in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|[^\x1b]", text):
            if token.startswith("\x1b"):
                self.control(token[-1], [int(n) if n else 0 for n in token[2:-1].lstrip("?").split(";")])
            elif token == "\r":
                self.column = 0
            elif token == "\n":
                self.row += 1
                if self.row == len(self.rows):
                    self.rows.append([])
            else:
                line = self.rows[self.row]
                line.extend([(" ", ())] * (self.column + 1 - len(line)))
                line[self.column] = (token, self.style)
                self.column += 1

    def control(self, final, numbers):
        if final == "A":
            self.row = max(0, self.row - max(1, numbers[0]))
        elif final == "K":
            del self.rows[self.row][self.column:]
        elif final == "J":
            del self.rows[self.row][self.column:]
            del self.rows[self.row + 1:]
        elif final == "m":
            for number in numbers:
                self.style = () if number == 0 else self.style + (number,)
        else:
            raise ValueError(f"a sequence that this script does not know: CSI {numbers} {final}")

    def lines(self):
        lines = [tuple(line) for line in self.rows]
        while lines and not any(character.strip() for character, _ in lines[-1]):
            lines.pop()
        return tuple(lines)


def frames_of(commands):
    """(seconds, lines) whenever something has changed enough to be seen."""
    screen, frames, now = Screen(), [], 0.0
    for command in commands:
        if screen.column:
            screen.write("\r\n")
        for text in ["$ ", command["command"]]:
            screen.write(text)
            frames.append((now, screen.lines()))
            now += TYPING
        screen.write("\r\n")
        for frame in command["frames"]:
            screen.write(frame["text"])
            at = now + frame["at_ms"] / 1000
            if screen.lines() != frames[-1][1] and at - frames[-1][0] >= PAUSE:
                frames.append((at, screen.lines()))
        now += command["frames"][-1]["at_ms"] / 1000 if command["frames"] else 0
        frames.append((now, screen.lines()))
        now += 2 * TYPING
    return frames


def svg_line(line, y):
    """Words in runs of one style; each run stands at its own place, whatever width the viewer's font has."""
    text = "".join(character for character, _ in line)
    parts = []
    for run in re.finditer(r"\S+( \S+)*", text):
        start = run.start()
        while start < run.end():
            style = line[start][1]
            end = start
            while end < run.end() and line[end][1] == style:
                end += 1
            piece = text[start:end]
            parts.append(svg_text(piece.strip(), style, start + len(piece) - len(piece.lstrip())))
            start = end
    return f'<text y="{y}">{"".join(parts)}</text>'


def svg_text(text, style, column):
    if not text:
        return ""
    colour = next((PALETTE[number] for number in reversed(style) if number in PALETTE), None)
    attributes = f' fill="{colour}"' if colour else ""
    attributes += ' font-weight="bold"' if 1 in style else ' opacity="0.65"' if 2 in style else ""
    return f'<tspan x="{20 + COLUMN * column:.1f}" textLength="{COLUMN * len(text):.1f}"{attributes}>{html.escape(text)}</tspan>'


def svg_frame(lines, attributes=""):
    body = "\n".join(svg_line(line, 58 + ROW * row) for row, line in enumerate(lines))
    return f'<g class="frame"{attributes}>\n{body}\n</g>'


def moving(frames):
    """The frames, one after the other, and the styles that make them so."""
    hold = 5  # seconds that the last picture stays
    total = frames[-1][0] + hold
    styles, groups = [], []
    for number, (begin, lines) in enumerate(frames):
        end = frames[number + 1][0] if number + 1 < len(frames) else total
        first, last = 100 * begin / total, 100 * end / total
        groups.append(svg_frame(lines, f' style="animation-name:k{number}"'))
        hidden = "" if number == 0 else "0%{visibility:hidden}"
        after = "" if number + 1 == len(frames) else f"{last:.2f}%{{visibility:hidden}}"
        styles.append(f"@keyframes k{number}{{{hidden}{first:.2f}%{{visibility:visible}}{after}}}")
    style = f""".frame{{visibility:hidden;animation:{total:.2f}s step-end infinite}}.frame:last-of-type{{visibility:visible}}
@media (prefers-reduced-motion){{.frame{{animation:none}}}}
{chr(10).join(styles)}"""
    return f"<style>{style}</style>\n", "\n".join(groups)


def draw(recording):
    frames = frames_of(recording["commands"])
    style, groups = moving(frames) if recording["moves"] else ("", svg_frame(frames[-1][1]))
    columns = max(len(line) for _, lines in frames for line in lines)
    rows = max(len(lines) for _, lines in frames)
    width, height = 40 + COLUMN * columns, 52 + ROW * rows
    title = html.escape(", then ".join(command["command"] for command in recording["commands"]))
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">
<title>{title}, on the sandbox</title>
{style}<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
<g fill="#e6edf3" font-size="14" font-family="DejaVu Sans Mono,Menlo,Consolas,monospace">
{groups}
</g>
</svg>
"""


def record(directory, pages):
    """Runs the pages; whether all that they say is so."""
    environment = {name: value for name, value in os.environ.items() if name not in ("CODEMATE_PAGE", "CODEMATE_ACCEPT")}
    environment["CODEMATE_RECORD"] = directory
    good = True
    for page in pages or [None]:
        one = {**environment, "CODEMATE_PAGE": page} if page else environment
        good = subprocess.run([TEST, "[pages]"], env=one, check=False).returncode == 0 and good
    return good


def headings(page):
    """As headings_of of tests/docs/compare.cpp, but for the numbers."""
    texts = re.findall(r"<(h1|h2|h3|caption)\b.*?>(.*?)</\1", page, re.DOTALL)
    plain = [" ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split()) for _, text in texts]
    return sorted({re.sub(r"[0-9][0-9.,]*", "N", text) for text in plain})


def take(page, picture):
    """A picture of a page, which knows the headings of that page."""
    with tempfile.TemporaryDirectory(prefix="codemate-pictures-") as directory:
        shot = os.path.join(directory, "page.png")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1160,1470", f"--screenshot={shot}"]
        subprocess.run(["chromium", *options, "file://" + os.path.abspath(page)], check=True, stderr=subprocess.DEVNULL)
        with open(shot, "rb") as file:
            png = file.read()
    with open(page, encoding="utf-8") as file:
        text = b"codemate\0" + "\n".join(headings(file.read())).encode()
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    end = 8 + 25  # the signature, and the first chunk
    with open(picture, "wb") as file:
        file.write(png[:end] + chunk + png[end:])


def main():
    if sys.argv[1:2] == ["--page"]:
        take(*sys.argv[2:4])
        return 0
    if not os.access(TEST, os.X_OK):
        raise SystemExit("build it first: cmake --preset dev && cmake --build --preset dev --target docs_test")
    with tempfile.TemporaryDirectory(prefix="codemate-pictures-") as directory:
        good = record(directory, sys.argv[1:])
        for path in sorted(glob.glob(os.path.join(directory, "*.json"))):
            with open(path, encoding="utf-8") as file:
                recording = json.load(file)
            target = os.path.join(ROOT, recording["picture"])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w", encoding="utf-8") as file:
                file.write(draw(recording))
            print("wrote", recording["picture"])
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
