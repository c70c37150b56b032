#!/usr/bin/env python3
"""Check the proof of one referral without Waymark: verify_referral.py FILE --key TH=HEX --key MM=HEX

The file is what the page "Both ends" of a referral gives, at either end. Give --key the public signing keys of both
countries as you were told them by another way than the file (several of one country if it exchanged them). Ends with 0
if all is whole, else with 1 and the first fault. Needs Python 3.10 and the package `cryptography`, or `openssl` 3.

One JSON object a line: what it is; the keys of each country and until when each counts; every message (the exact text
that was signed: its header and the digest of its body, an Ed25519 signature) and every receipt; and a signed SHA-256 of
all of that. It is checked that
    nothing was altered since the file was made, and the file was made by one of the two countries
    each message is signed by the country it comes from, with a key that counted on that day
    in each direction the numbers run from 1 without a gap, and each message names the digest of the one before it
    each message names a message it had heard by then, and no other
    each receipt is signed by the country the message went to, and names that message and its digest
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

FORMAT = "waymark-referral-proof-1"
DER = bytes.fromhex("302a300506032b6570032100")  # what says "Ed25519" before the 32 bytes of a public key
NOTHING = "0" * 64
LEVELS = ("stored", "seen", "decided")


class Fault(Exception):
    pass


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


class Proof:
    """What was found so far; the keys are those that were given, until when each counts is in the file."""

    def __init__(self, given):
        self.given, self.until = given, {}
        self.head, self.sent, self.last = None, {}, {}
        self.messages = self.receipts = self.unread = 0
        self.levels = {level: 0 for level in LEVELS}
        self.answered = set()

    def take(self, line):
        ((kind, it),) = line.items() if "format" not in line else (("format", line),)
        if (self.head is None) != (kind == "format"):
            raise Fault("the first line has to say what this is, and no other")
        getattr(self, f"take_{kind}")(it)

    def take_format(self, it):
        if it["format"] != FORMAT or it["side"] not in ("sender", "receiver"):
            raise Fault(f"this is no {FORMAT}")
        self.head = it

    def take_keys(self, it):
        for each in it["known"]:
            self.until[it["country"], each["public"]] = each["until"]

    def take_message(self, it):
        name = f"message {it['id']}"
        if it["id"] in self.sent:
            raise Fault(f"{name} is there twice")
        self.messages += 1
        if it["signed"] is None:  # the person was erased: what was signed is gone, what was answered to it is not
            self.sent[it["id"]] = (it["digest"], None)
            self.unread += 1
            return
        data = it["signed"].encode()
        said = json.loads(data)
        ends = {self.head["from"], self.head["to"]}
        about = (said["id"], said["referral"], {said["from"], said["to"]})
        if about != (it["id"], self.head["referral"], ends):
            raise Fault(f"{name} belongs to another conversation")
        self.is_signed(name, said["from"], said.get("key"), data, it["signature"], said["created"])
        digest = hashlib.sha256(data).hexdigest()
        if digest != it["digest"]:
            raise Fault(f"{name} has another digest than the file says")
        number, before = self.last.get(said["from"], (0, NOTHING))
        if not self.unread and (said["seq"], said["prev_hash"]) != (number + 1, before):
            raise Fault(f"{name} does not follow the one before it")
        heard = {each for each, whose in self.sent.values() if whose != said["from"]} | {NOTHING}
        if not self.unread and said["answers"] not in heard:
            raise Fault(f"{name} names a message that nobody sent")
        self.last[said["from"]] = (said["seq"], digest)
        self.sent[it["id"]] = (digest, said["from"])

    def take_receipt(self, it):
        data = it["content"].encode()
        said = json.loads(data)
        name = f"receipt '{said['level']}' of message {said['message']}"
        digest, whose = self.sent.get(said["message"], (None, None))
        if said["digest"] != digest or said["level"] not in LEVELS:
            raise Fault(f"{name} answers no message of this file")
        if said["by"] == whose or said["by"] not in (self.head["from"], self.head["to"]):
            raise Fault(f"{name} is not given by the country that the message went to")
        self.is_signed(name, said["by"], said["key"], data, it["signature"], said["at"])
        if (said["message"], said["level"]) in self.answered:
            raise Fault(f"{name} is there twice")
        self.answered.add((said["message"], said["level"]))
        self.receipts += 1
        self.levels[said["level"]] += 1

    def is_signed(self, name, country, key_id, data, signature, at):
        keys = [each for each in self.given.get(country, ()) if hashlib.sha256(each).hexdigest()[:16] == key_id]
        if not keys:
            raise Fault(f"{name} is signed with a key of {country} that was not given: {key_id}")
        until = self.until.get((country, keys[0].hex()))
        if until is not None and datetime.fromisoformat(at) >= datetime.fromisoformat(until):
            raise Fault(f"{name} is signed with a key that {country} had retired by then: {key_id}")
        if not signed(keys[0], data, bytes.fromhex(signature)):
            raise Fault(f"{name} does not carry a good signature of {country}")


def check(data, given):
    """The Proof in the bytes of a file, for public keys by country; raises Fault."""
    body, _, tail = data.rstrip(b"\n").rpartition(b"\n")
    body += b"\n"
    try:
        last = json.loads(tail)
        end, signature = last["end"].encode(), bytes.fromhex(last["signature"])
        told = json.loads(end)
        if canonical({"end": last["end"], "signature": signature.hex()}) != tail or data != body + tail + b"\n":
            raise Fault("the last line was altered")
        if bytes.fromhex(told["key"]) not in given.get(told["by"], ()):
            raise Fault("the file is signed with another key than those given: {}".format(told["key"]))
        if told["format"] != f"{FORMAT}-end" or not signed(bytes.fromhex(told["key"]), end, signature):
            raise Fault("the file does not carry a good signature")
        if told["sha256"] != hashlib.sha256(body).hexdigest():
            raise Fault("the file was altered after it was made")
        proof = Proof(given)
        for line in body.splitlines():
            proof.take(json.loads(line))
        if proof.head is None or told["by"] not in (proof.head["from"], proof.head["to"]):
            raise Fault("the file was made by neither of the two countries")
        if (told["messages"], told["receipts"]) != (proof.messages, proof.receipts):
            raise Fault("messages or receipts are missing")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Fault(f"this is no proof of a referral ({type(error).__name__})") from None
    return proof


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def key_of(text):
    country, _, value = text.partition("=")
    if len(country) != 2 or len(bytes.fromhex(value)) != 32:
        raise ValueError
    return country, bytes.fromhex(value)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", type=key_of, required=True, metavar="CC=HEX")
    asked = parser.parse_args(arguments)
    given = {}
    for country, key in asked.key:
        given.setdefault(country, []).append(key)
    try:
        proof = check(asked.file.read_bytes(), given)
    except Fault as fault:
        print(f"FAULT: {fault}")
        return 1
    read = proof.messages - proof.unread
    print("{} of {} messages and {} of {} receipts verified: {}".format(
        read, proof.messages, proof.receipts, proof.receipts,
        ", ".join(f"{count} {level}" for level, count in proof.levels.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
