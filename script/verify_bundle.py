#!/usr/bin/env python3
"""Check an audit bundle (`waymark audit export`) without Waymark: verify_bundle.py BUNDLE --key HEX --witness FILE

Give --key the public key you were told by another way than the bundle (several if it was exchanged), and --witness each
checkpoint that you or a partner kept (a file of its folder, or lines of the log host or of a partner). Ends with 0 if
all is whole, else with 1 and the first fault. Needs Python 3.10 and the package `cryptography`, or `openssl` 3.

A bundle is one JSON object a line: what it is; every checkpoint (the exact signed text, the lines under its root, an
Ed25519 signature); every chain (count, head, and of each entry: number, hashed text or null if closed, hash); lines of
looks at cases, by their digest; and a signed SHA-256 of all of that. The hashes:
    entry       SHA-256(hash of the entry before, 32 zero bytes for the first || text)
    checkpoint  SHA-256(signed text || signature), named as `previous` by the next one
    root        RFC 6962, 2.1, over lines `head case|referral ID NUMBER HASH` and `look ID DIGEST`
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

DER = bytes.fromhex("302a300506032b6570032100")  # what says "Ed25519" before the 32 bytes of a public key


class Fault(Exception):
    pass


def sha256(data):
    return hashlib.sha256(data).digest()


def signed(key, data, signature):
    """Whether the Ed25519 `signature` over `data` was made with the private half of `key`."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return signed_by_openssl(key, data, signature)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_by_openssl(key, data, signature):
    with tempfile.TemporaryDirectory() as folder:
        names = [str(Path(folder, name)) for name in ("key", "data", "signature")]
        for name, content in zip(names, (DER + key, data, signature), strict=True):
            Path(name).write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", names[0], "-rawin"]
        return subprocess.run([*command, "-in", names[1], "-sigfile", names[2]], capture_output=True).returncode == 0


def root(lines):
    level = [sha256(b"\0" + line) for line in lines] or [sha256(b"")]
    while len(level) > 1:
        pairs = [sha256(b"\1" + level[at] + level[at + 1]) for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(level) - len(level) % 2:]
    return level[0]


class Bundle:
    def __init__(self, keys):
        self.keys = keys
        self.last, self.previous, self.checkpoints = None, None, {}  # ...number -> hash
        self.heads, self.looks = {}, {}  # seen by them: (kind, id) -> {entry: (hash, checkpoint)}; id -> (digest, same)
        self.chains, self.entries, self.seen = set(), 0, set()

    def take(self, head, line):
        if "checkpoint" in line:
            self.checkpoint(head, line["checkpoint"])
        elif "chain" in line:
            self.chain(head, line["chain"])
        for look in line.get("looks", ()):
            self.look(look)

    def checkpoint(self, head, it):
        body, signature = it["body"].encode(), bytes.fromhex(it["signature"])
        said = json.loads(body)
        number, name = said["number"], f"checkpoint {said['number']}"
        if number != (head["first"] if self.last is None else self.last["number"] + 1):
            raise Fault(f"{name} stands where another one belongs: one is missing or too many")
        if said["format"] != "waymark-checkpoint-1" or said["key"] not in self.keys:
            raise Fault("{} is signed with another key than the given one: {}".format(name, said["key"]))
        if not signed(bytes.fromhex(said["key"]), body, signature):
            raise Fault(f"{name} does not carry a good signature")
        if said["previous"] != (self.previous or ("0" * 64 if number == 1 else said["previous"])):
            raise Fault(f"{name} does not follow the one before it")
        lines = it["leaves"].split("\n") if it["leaves"] else []
        if len(lines) != said["leaves"] or root([each.encode() for each in lines]).hex() != said["root"]:
            raise Fault(f"{name} has other lines than those under its root")
        for line in lines:
            word, *rest = line.split(" ")
            if word == "head":
                self.heads.setdefault((rest[0], rest[1]), {})[int(rest[2])] = (rest[3], number)
            else:
                self.looks[rest[0]] = (rest[1], number)
        self.last, self.previous = said, sha256(body + signature).hex()
        self.checkpoints[number] = self.previous

    def chain(self, head, it):
        kind, its = it["subject"], it["id"]
        name, witnessed = f"{kind} {its}", dict(self.heads.get((kind, its), {}))
        if (kind, its) in self.chains:
            raise Fault(f"{name} is there twice")
        self.chains.add((kind, its))
        previous = bytes(32)
        for place, (seq, text, link) in enumerate(it["entries"], start=1):
            if seq != place:
                raise Fault(f"{name}: entry {place} is missing (found {seq})")
            if text is not None or not head["closed"]:
                if sha256(previous + text.encode()).hex() != link:
                    raise Fault(f"{name}: entry {seq} does not continue the chain")
                said = json.loads(text)
                if (said["subject"], said["subject_id"], said["seq"]) != (kind, its, seq):
                    raise Fault(f"{name}: entry {seq} is an entry of something else")
            saw, number = witnessed.pop(seq, (link, 0))
            if saw != link:
                raise Fault(f"{name}: entry {seq} is another one than checkpoint {number} saw")
            previous = bytes.fromhex(link)
            self.entries += 1
        for seq in sorted(witnessed):
            raise Fault(f"{name}: entry {seq} is missing; checkpoint {witnessed[seq][1]} saw it")
        if (it["count"], it["head"]) != (len(it["entries"]), previous.hex()):
            raise Fault(f"{name}: the chain ends otherwise than its record says")

    def look(self, line):
        _, its, digest = line.split(" ")
        if its in self.seen:
            raise Fault(f"look {its} is there twice")
        if its not in self.looks:
            raise Fault(f"look {its} is dated before checkpoints that did not see it")
        if self.looks[its][0] != digest:
            raise Fault(f"look {its} is not as checkpoint {self.looks[its][1]} saw it")
        self.seen.add(its)

    def end(self):
        for kind, its in sorted(set(self.heads) - self.chains):
            raise Fault(f"{kind} {its} is missing; a checkpoint saw it")
        for its in sorted(set(self.looks) - self.seen):
            raise Fault(f"look {its} is missing; checkpoint {self.looks[its][1]} saw it")

    def witness(self, text):
        it = json.loads(text)
        body, number = it["body"].encode(), json.loads(it["body"])["number"]
        if self.checkpoints.get(number) != sha256(body + bytes.fromhex(it["signature"])).hex():
            raise Fault(f"checkpoint {number} of the witness is not in the bundle, or is another one there")


def check(path, keys, witnesses):
    lines = Path(path).read_bytes().split(b"\n")
    if len(lines) < 3 or lines.pop() != b"":
        raise Fault("the bundle is cut off")
    last = json.loads(lines.pop())
    head, end = json.loads(lines[0]), json.loads(last["end"])
    keys = keys or [end["key"]]
    if head["format"] != "waymark-audit-bundle-1" or end["format"] != "waymark-audit-bundle-1-end":
        raise Fault("this is no bundle that this script knows")
    if end["sha256"] != sha256(b"".join(line + b"\n" for line in lines)).hex():
        raise Fault("the bundle is not what was signed: something was changed, added or cut off")
    key, signature = bytes.fromhex(end["key"]), bytes.fromhex(last["signature"])
    if end["key"] not in keys or not signed(key, last["end"].encode(), signature):
        raise Fault("the bundle is not signed with the given key")
    bundle = Bundle(keys)
    for line in lines[1:]:
        bundle.take(head, json.loads(line))
    bundle.end()
    for witness in witnesses:
        for line in filter(str.strip, Path(witness).read_text(encoding="utf-8").split("\n")):
            bundle.witness(line)
    counts = f"{len(bundle.chains)} chains, {bundle.entries} entries, {len(bundle.seen)} looks: whole"
    return f"checkpoints {head['first']} to {bundle.last['number']}, {counts}, up to {bundle.last['through']}"


def main():
    parser = argparse.ArgumentParser(description="Check an audit bundle of Waymark.")
    parser.add_argument("bundle")
    parser.add_argument("--key", action="append", default=[], help="a public key, 64 hex digits, told by another way")
    parser.add_argument("--witness", action="append", default=[], help="a file with a checkpoint kept elsewhere")
    given = parser.parse_args()
    try:
        sentence = check(given.bundle, given.key, given.witness)
    except (Fault, OSError) as fault:
        sys.exit(f"BROKEN: {fault}")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        sys.exit(f"BROKEN: the bundle cannot be read ({type(error).__name__})")
    print(sentence)
    if not given.key:
        print("NOTE: no --key was given, so this shows only that the bundle agrees with itself.")
    if not given.witness:
        print("NOTE: no --witness was given; only a checkpoint kept elsewhere shows that the end was not cut off.")


if __name__ == "__main__":
    main()
