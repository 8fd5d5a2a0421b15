#!/usr/bin/env python3
"""Carries out the steps of a Containerfile without a container engine, in a root that debootstrap has made.

Usage: container_steps.py CONTAINERFILE CONTEXT ROOT DIRECTORY      (as root, in a mount namespace of its own)
CONTAINER_STEPS_BIND names a directory that is the same in each stage that has ROOT under it, such as a compiler's cache.
ROOT stands in for the image that the first FROM names; it is not changed. `FROM scratch` is an empty directory.
The last stage is left in DIRECTORY/image; its USER, WORKDIR, ENV and ENTRYPOINT as JSON in DIRECTORY/image.json.
An instruction that is not known ends it: then this file has to learn it.
"""
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path


def instructions(text):
    pending = ""
    for line in text.splitlines():
        if not pending and (not line.strip() or line.startswith("#")):
            continue
        pending += line
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        name, _, rest = pending.partition(" ")
        yield name, rest.strip()
        pending = ""


class Stage:
    def __init__(self, root):
        self.root = root
        self.directory = "/"
        self.shell = ["/bin/sh", "-c"]
        self.environment = {"HOME": "/root", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        self.user, self.entrypoint, self.command = "0:0", [], []

    def path(self, inside):
        return self.root / os.path.normpath("/" + os.path.join(self.directory, inside)).lstrip("/")


class Builder:
    def __init__(self, context, base, directory):
        self.context, self.base, self.directory = context, base, directory
        self.stages = []

    def do_FROM(self, rest):
        words = rest.split()
        number = len(self.stages)
        root = self.directory / f"stage{number}"
        root.mkdir()
        if words[0] != "scratch":
            self.mount_over_base(root)
        self.stages.append((words[2] if len(words) == 3 else str(number), Stage(root)))

    def mount_over_base(self, root):
        layer = self.directory / f"{root.name}-layer"
        for part in ("upper", "work"):
            (layer / part).mkdir(parents=True)
        options = f"lowerdir={self.base},upperdir={layer}/upper,workdir={layer}/work"
        run(["mount", "-t", "overlay", "-o", options, "none", str(root)])
        run(["mount", "--rbind", "/dev", str(root / "dev")])
        run(["mount", "-t", "proc", "none", str(root / "proc")])
        shared = os.environ.get("CONTAINER_STEPS_BIND")
        if shared:
            run(["mount", "--bind", shared, str(root / shared.lstrip("/"))])
        shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")

    @property
    def now(self):
        return self.stages[-1][1]

    def do_WORKDIR(self, rest):
        self.now.directory = os.path.join(self.now.directory, rest)
        self.now.path(".").mkdir(parents=True, exist_ok=True)

    def do_SHELL(self, rest):
        self.now.shell = json.loads(rest)

    def do_ARG(self, rest):
        name, _, default = rest.partition("=")
        value = os.environ.get(name, default)
        if value:
            self.now.environment[name] = value

    def do_ENV(self, rest):
        for word in shlex.split(rest):
            name, _, value = word.partition("=")
            self.now.environment[name] = value

    def do_USER(self, rest):
        self.now.user = rest

    def do_ENTRYPOINT(self, rest):
        self.now.entrypoint = json.loads(rest)

    def do_CMD(self, rest):
        self.now.command = json.loads(rest)

    def do_COPY(self, rest):
        words = rest.split()
        source = self.context
        if words[0].startswith("--from="):
            name = words.pop(0).partition("=")[2]
            source = next(stage.root for known, stage in self.stages if known == name)
        elif words[0].startswith("--"):
            raise SystemExit(f"COPY {words[0]} is not known")
        *names, target = words
        destination = self.now.path(target)
        for name in names:
            found = source / name.lstrip("/")
            if found.is_dir():
                shutil.copytree(found, destination, dirs_exist_ok=True, symlinks=True, ignore=self.ignored(source))
            else:
                into = destination / found.name if target.endswith("/") else destination
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(found, into)

    def ignored(self, source):
        listed = self.context / ".dockerignore"
        names = set(listed.read_text().split()) if listed.exists() else set()

        def ignore(directory, _):
            return names if source == self.context and Path(directory) == self.context else set()

        return ignore

    def do_RUN(self, rest):
        stage = self.now
        inside = f"cd {shlex.quote(stage.directory)} && " + rest
        run(["chroot", str(stage.root), *stage.shell, inside], stage.environment)


def run(command, environment=None):
    result = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
    if result.returncode != 0:
        raise SystemExit(f"status {result.returncode}: {shlex.join(command)}")


def main():
    containerfile, context, base, directory = (Path(word).resolve() for word in sys.argv[1:])
    builder = Builder(context, base, directory)
    for name, rest in instructions(containerfile.read_text()):
        step = getattr(builder, "do_" + name, None)
        if step is None:
            raise SystemExit(f"{name} is not known")
        print(f"--- {name} {rest}", flush=True)
        step(rest)
    last = builder.now
    last.root.rename(directory / "image")
    facts = {"user": last.user, "directory": last.directory, "environment": last.environment}
    facts["entrypoint"], facts["command"] = last.entrypoint, last.command
    (directory / "image.json").write_text(json.dumps(facts))


main()
