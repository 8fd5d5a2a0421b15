#!/usr/bin/env python3
"""Makes docs/picture.svg: codemate on the sandbox, recorded in a pseudo-terminal and drawn as it was, frame by frame.

Usage: scripts/make-picture.py   (after scripts/quickstart.sh, which builds both programs)
"""

import html
import os
import re
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time
from fcntl import ioctl

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CODEMATE = os.path.join(ROOT, "build/release/src/codemate")
SANDBOX = os.path.join(ROOT, "build/release/tests/sandbox/codemate-sandbox")
COLUMNS, ROWS = 112, 13
COMMANDS = [["pull", "default"], ["list"]]
PAUSE = 0.25  # seconds between two frames at least
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
        return tuple(tuple(line) for line in self.rows[-ROWS:])


def record(screen, arguments, environment, frames, began):
    """Runs codemate in a pseudo-terminal; frames gets (time, lines) whenever something has changed."""
    screen.write("\r\n" if screen.column else "")
    for text in ["$ ", "codemate " + " ".join(arguments)]:
        screen.write(text)
        frames.append((time.monotonic() - began, screen.lines()))
        time.sleep(0.7)
    screen.write("\r\n")
    terminal, inside = os.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    program = subprocess.Popen(
        [CODEMATE, *arguments], cwd=environment["HOME"], env=environment, stdin=inside, stdout=inside, stderr=inside
    )
    os.close(inside)
    pending = b""
    while True:
        if select.select([terminal], [], [], PAUSE)[0]:
            try:
                pending += os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
            try:
                screen.write(pending.decode())
                pending = b""
            except UnicodeDecodeError:  # a character cut in two
                continue
        now = time.monotonic() - began
        if screen.lines() != frames[-1][1] and now - frames[-1][0] >= PAUSE:
            frames.append((now, screen.lines()))
    os.close(terminal)
    if program.wait() != 0:
        raise SystemExit(f"codemate {' '.join(arguments)} ended with {program.returncode}")
    frames.append((time.monotonic() - began, screen.lines()))
    time.sleep(1)


def record_session():
    directory = tempfile.mkdtemp(prefix="codemate-picture-")
    command = [SANDBOX, "--port", "0", "--store", os.path.join(directory, "models"), "--fault", "slow=250KB/s"]
    sandbox = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        url = sandbox.stdout.readline().removeprefix("listening on ").strip()
        environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": directory, "OLLAMA_HOST": url}
        screen, frames, began = Screen(), [], time.monotonic()
        for arguments in COMMANDS:
            record(screen, arguments, environment, frames, began)
        screen.write("$ ")
        frames.append((time.monotonic() - began, screen.lines()))
        return frames
    finally:
        sandbox.terminate()
        sandbox.wait()
        shutil.rmtree(directory)


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
            parts.append(svg_text(piece.strip(), style, start + len(piece) - len(piece.lstrip()), y))
            start = end
    return "".join(parts)


def svg_text(text, style, column, y):
    if not text:
        return ""
    colour = next((PALETTE[number] for number in reversed(style) if number in PALETTE), None)
    attributes = f' fill="{colour}"' if colour else ""
    attributes += ' font-weight="bold"' if 1 in style else ' opacity="0.65"' if 2 in style else ""
    x, length = 20 + 8.43 * column, 8.43 * len(text)
    return f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}"{attributes}>{html.escape(text)}</text>'


def draw(frames):
    hold = 5  # seconds that the last picture stays
    total = frames[-1][0] + hold
    width, height = 40 + 8.43 * COLUMNS, 52 + 20 * ROWS
    styles, groups = [], []
    for number, (begin, lines) in enumerate(frames):
        end = frames[number + 1][0] if number + 1 < len(frames) else total
        first, last = 100 * begin / total, 100 * end / total
        body = "".join(svg_line(line, 58 + 20 * row) for row, line in enumerate(lines))
        groups.append(f'<g class="f" style="animation-name:k{number}">{body}</g>')
        hidden = "" if number == 0 else "0%{visibility:hidden}"
        after = "" if number + 1 == len(frames) else f"{last:.2f}%{{visibility:hidden}}"
        styles.append(f"@keyframes k{number}{{{hidden}{first:.2f}%{{visibility:visible}}{after}}}")
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">
<title>codemate pull default, then codemate list, on the sandbox</title>
<style>.f{{visibility:hidden;animation:{total:.2f}s step-end infinite}}.f:last-of-type{{visibility:visible}}
@media (prefers-reduced-motion){{.f{{animation:none}}}}
{chr(10).join(styles)}</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
<g fill="#e6edf3" font-size="14" font-family="DejaVu Sans Mono,Menlo,Consolas,monospace">
{chr(10).join(groups)}
</g>
</svg>
"""


if __name__ == "__main__":
    picture = draw(record_session())
    with open(os.path.join(ROOT, "docs/picture.svg"), "w", encoding="utf-8") as file:
        file.write(picture)
