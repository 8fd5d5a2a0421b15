#!/usr/bin/env python3
"""Types into a program in a terminal of its own, and waits for text on its screen.

Usage: press_tab.py TYPED EXPECTED COMMAND…      (\\t in TYPED is Tab, \\r Enter)
Status 0 if the text came, 1 with what is on the screen if it did not.
"""
import os
import pty
import select
import signal
import sys
import time

patience = 30.0  # seconds; nothing that works takes that long


def main():
    typed = sys.argv[1].encode().decode("unicode_escape").encode()
    expected = sys.argv[2].encode()
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[3], sys.argv[3:])
    screen = b""
    deadline = time.monotonic() + patience
    sent = False
    while time.monotonic() < deadline and expected not in screen:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        if ready:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the program has ended
                break
            if not part:
                break
            screen += part
        elif not sent:  # it is silent: its prompt is there
            os.write(terminal, typed)
            sent = True
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    if expected in screen:
        return 0
    sys.stderr.write("on the screen: " + repr(screen.decode(errors="replace")) + "\n")
    return 1


sys.exit(main())
