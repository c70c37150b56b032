"""The attack list of gate G13: tokens that look like ours and are not, most signed with our own key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jose import jwe, jwt

MISSING = object()
SHA = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
# JSON texts in place of the three times; most of them no library refuses by itself.
NOT_A_TIME = (
    "null", "[]", "[1]", "{}", '"1795399200"', "true", "false", "Infinity", "-Infinity", "NaN", "-1", "0",
    "1e400", "1795399200.5", "1" + "0" * 30, "9" * 400,
)  # fmt: skip


def b64(plain: bytes | str) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(plain.encode() if isinstance(plain, str) else plain).rstrip(b"=").decode()


@dataclass(frozen=True)
class Forger:
    """Knows our secret and one live sign-in, and bends one thing at a time."""

    secret: bytes
    claims: dict[str, Any]
    kid: str = "1"

    def header(self, **changes: Any) -> dict[str, Any]:
        """Our header with changes; MISSING takes a member away."""
        return _changed({"alg": "HS256", "kid": self.kid, "typ": "at+jwt"}, changes)

    def token(self, header: Any = None, claims: Any = None, secret: bytes | None = None, alg: str = "HS256") -> str:
        """A token of any header and claims (dict, or JSON as text or bytes), signed like ours."""
        parts = [
            b64(part if isinstance(part, str | bytes) else json.dumps(part, separators=(",", ":")))
            for part in (
                self.header() if header is None else header,
                self.claims if claims is None else claims,
            )
        ]
        signed = ".".join(parts)
        key = self.secret if secret is None else secret
        return f"{signed}.{b64(hmac.new(key, signed.encode(), SHA[alg]).digest())}"

    def with_header(self, **changes: Any) -> str:
        """Our token with another header."""
        return self.token(self.header(**changes))

    def with_claims(self, **changes: Any) -> str:
        """Our token with other claims."""
        return self.token(claims=_changed(self.claims, changes))

    def with_raw_claim(self, name: str, text: str) -> str:
        """Our token with the JSON ``text`` as one claim."""
        others = json.dumps(_changed(self.claims, {name: MISSING}))[:-1]
        return self.token(claims=f'{others}, "{name}": {text}}}')


def _changed(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (base | changes).items() if value is not MISSING}


def _label(value: Any) -> str:
    return "missing" if value is MISSING else repr(value)[:32]


def hostile(forger: Forger) -> dict[str, bytes]:
    """Name -> what stands after `Bearer ` in the header; every name is one attack."""
    found: dict[str, bytes] = {}
    for part in (_algorithms, _keys, _headers, _times, _parties, _shapes, _signatures):
        for name, token in part(forger):
            assert name not in found, name
            found[name] = token if isinstance(token, bytes) else token.encode("utf-8", "surrogatepass")
    return found


Attacks = Iterator[tuple[str, str | bytes]]


def _algorithms(forger: Forger) -> Attacks:
    good = forger.token()
    for word in ("none", "None", "nOnE", "NONE"):
        unsigned = forger.with_header(alg=word).rpartition(".")[0]
        yield f"alg {word}, no signature", unsigned + "."
        yield f"alg {word}, our signature", f"{unsigned}.{good.rpartition('.')[2]}"
    for alg in ("HS384", "HS512"):
        yield f"alg {alg} with our secret", forger.token(forger.header(alg=alg), alg=alg)
        yield f"alg {alg} named, HS256 used", forger.with_header(alg=alg)
    for name, value in (
        ("missing", MISSING),
        ("null", None),
        ("list", ["HS256"]),
        ("number", 256),
        ("empty", ""),
    ):
        yield f"alg {name}", forger.with_header(alg=value)
    for alg in ("hs256", "HS256 ", "HS", "RS256", "ES256", "EdDSA", "dir"):
        yield f"alg {alg!r} named", forger.with_header(alg=alg)
    private = ec.generate_private_key(ec.SECP256R1())
    signed = forger.with_header(alg="ES256").rpartition(".")[0]
    yield (
        "ES256 with a key of the attacker",
        f"{signed}.{b64(private.sign(signed.encode(), ec.ECDSA(SHA256())))}",
    )


def _keys(forger: Forger) -> Attacks:
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    for name, encoding, form in (
        ("PEM", Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        ("DER", Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        ("SSH", Encoding.OpenSSH, PublicFormat.OpenSSH),
    ):
        yield f"public key as {name} for secret", forger.token(secret=public.public_bytes(encoding, form))
    number = public.public_numbers()
    key = {"kty": "RSA", "n": b64(number.n.to_bytes(256, "big")), "e": b64(number.e.to_bytes(3, "big"))}
    yield "public key as JWK for secret", forger.token(secret=json.dumps(key).encode())
    yield "empty secret", forger.token(secret=b"")
    yield "one-byte secret", forger.token(secret=b"a")
    yield "secret of another house", forger.token(secret=hashlib.sha256(b"another house").digest())
    yield "secret cut short", forger.token(secret=forger.secret[:16])
    yield "secret in base64", forger.token(secret=base64.b64encode(forger.secret))
    yield "secret in hex", forger.token(secret=forger.secret.hex().encode())
    oct_key = {"kty": "oct", "k": b64(b"x" * 32)}
    yield "embedded jwk that fits", forger.token(forger.header(jwk=oct_key), secret=b"x" * 32)


def _headers(forger: Forger) -> Attacks:
    extras: dict[str, Any] = {
        "jwk": {"kty": "oct", "k": b64(forger.secret)}, "jku": "https://example.org/keys", "x5u": "https://example.org/c",
        "x5c": ["MIIB"], "crit": ["exp"], "b64": False, "zip": "DEF", "cty": "JWT", "enc": "A256GCM", "x": 1,
    }  # fmt: skip
    for name, value in extras.items():
        yield f"header with {name}", forger.with_header(**{name: value})
    yield "crit of an unknown thing", forger.with_header(crit=["waymark-admin"])
    yield "crit and b64", forger.with_header(crit=["b64"], b64=False)
    for value in (
        "../../../../dev/null", "1' OR '1'='1", "99", "", " 1", "1 ", "1\x00", "\u0661", ["1"], {"1": 1}, 1, True, None,
        MISSING, "\ud800", "1" * 2000,
    ):  # fmt: skip
        yield f"kid {_label(value)}", forger.with_header(kid=value)
    for value in (
        "JWT",
        "AT+JWT",
        "at+JWT",
        "rt+jwt",
        "reset+jwt",
        "csrf+jwt",
        "partner+jwt",
        "",
        None,
        ["at+jwt"],
        MISSING,
    ):
        yield f"typ {_label(value)}", forger.with_header(typ=value)
    head = '{"alg":"HS256","kid":"1","typ":"at+jwt"}'
    yield "alg twice, none first", forger.token(head.replace("{", '{"alg":"none",', 1))
    yield "alg twice, none last", forger.token(head.replace("}", ',"alg":"none"}'))
    yield "kid twice, same", forger.token(head.replace("}", ',"kid":"1"}'))
    for name, text in (
        ("list", "[]"),
        ("text", '"HS256"'),
        ("null", "null"),
        ("empty", ""),
        ("broken", head[:-1]),
    ):
        yield f"header is {name}", forger.token(text)
    yield "header nested deep", forger.token('{"alg":' + "[" * 1400 + "]" * 1400 + "}")
    yield "header in UTF-16", forger.token(head.encode("utf-16"))
    yield "header with byte order mark", forger.token(b"\xef\xbb\xbf" + head.encode())
    yield "header not UTF-8", forger.token(head.encode().replace(b"at+jwt", b"at+jw\xff"))


def _times(forger: Forger) -> Attacks:
    now = forger.claims["iat"]
    for name in ("exp", "nbf", "iat"):
        yield f"{name} missing", forger.with_claims(**{name: MISSING})
        for text in NOT_A_TIME:
            yield f"{name} is {text[:12]} ({len(text)})", forger.with_raw_claim(name, text)
    yield "expired a moment ago", forger.with_claims(iat=now - 905, nbf=now - 905, exp=now - 5)
    yield "expired an hour ago", forger.with_claims(iat=now - 4500, nbf=now - 4500, exp=now - 3600)
    yield "valid in a minute", forger.with_claims(nbf=now + 60)
    yield "issued in a minute", forger.with_claims(iat=now + 60, nbf=now, exp=now + 600)
    yield "issued in ten years", forger.with_claims(iat=now + 315_360_000, exp=now + 315_360_900)
    yield "lives a second too long", forger.with_claims(exp=now + 901)
    yield "lives a year", forger.with_claims(exp=now + 31_536_000)
    yield "lives no time", forger.with_claims(iat=now + 3, exp=now + 3)
    yield "ends before it begins", forger.with_claims(iat=now + 4, exp=now + 1)


def _parties(forger: Forger) -> Attacks:
    stranger = "00000000-0000-4000-8000-000000000000"
    for name in ("aud", "iss"):
        ours = forger.claims[name]
        for value in (
            MISSING,
            None,
            "",
            ours + " ",
            ours.upper(),
            [ours],
            [ours, "other"],
            [],
            {"a": ours},
            1,
            True,
        ):
            yield f"{name} {_label(value)}", forger.with_claims(**{name: value})
    for name in ("sub", "sid", "jti"):
        ours = forger.claims[name]
        for value in (
            MISSING,
            None,
            "",
            0,
            True,
            [ours],
            {"id": ours},
            ours + "\x00",
            ours.upper(),
            "\ud800",
            "../" + ours,
        ):
            yield f"{name} {_label(value)}", forger.with_claims(**{name: value})
    yield "sub of nobody", forger.with_claims(sub=stranger)
    yield "sid of nobody", forger.with_claims(sid=stranger)
    for value in (MISSING, None, 0, 2, -1, "1", True, 1.0, [1]):
        yield f"ver {_label(value)}", forger.with_claims(ver=value)
    yield "brings its own roles", forger.with_claims(roles=["administrator"])
    text = json.dumps(forger.claims)
    yield "sub twice", forger.token(claims=text[:-1] + f', "sub": "{stranger}"}}')
    yield "sub twice, ours last", forger.token(claims=f'{{"sub": "{stranger}", ' + text[1:])
    yield "exp twice, same", forger.token(claims=text[:-1] + f', "exp": {forger.claims["exp"]}}}')


def _shapes(forger: Forger) -> Attacks:
    good = forger.token()
    head, body, signature = good.split(".")
    for name, text in (
        ("list", "[]"),
        ("text", '"x"'),
        ("number", "1"),
        ("null", "null"),
        ("nothing", ""),
        ("broken", "{"),
    ):
        yield f"claims are {name}", forger.token(claims=text)
    yield "claims nested deep", forger.token(claims='{"sub":' + "[" * 1300 + "]" * 1300 + "}")
    yield (
        "claims not UTF-8",
        forger.token(claims=json.dumps(forger.claims).encode().replace(b"waymark", b"waym\xffrk")),
    )
    yield "claims in UTF-16", forger.token(claims=json.dumps(forger.claims).encode("utf-16"))
    yield "claims in UTF-32", forger.token(claims=json.dumps(forger.claims).encode("utf-32"))
    yield (
        "claims with byte order mark",
        forger.token(claims=b"\xef\xbb\xbf" + json.dumps(forger.claims).encode()),
    )
    yield "no token", ""
    yield "one segment", head
    yield "two segments", f"{head}.{body}"
    yield "four segments", f"{good}.{signature}"
    yield "empty segments", ".."
    yield "no header", f".{body}.{signature}"
    yield "no claims", f"{head}..{signature}"
    yield "JSON serialisation", json.dumps({"protected": head, "payload": body, "signature": signature})
    yield "encrypted token", jwe.encrypt(json.dumps(forger.claims), forger.secret, "A256GCM", "dir")
    yield "token signed by jose without typ", jwt.encode(forger.claims, forger.secret, "HS256", {"kid": "1"})
    yield "five megabytes", b"A" * 5_000_000
    yield "five megabytes of dots", b"." * 5_000_000
    yield "longer than any token", forger.with_claims(jti="x" * 4096)
    for name, bent in (("before", " " + good), ("after", good + " "), ("inside", good.replace(".", ". ", 1))):
        yield f"space {name}", bent
    for name, byte in (("newline", "\n"), ("return", "\r\n"), ("null byte", "\x00"), ("tab", "\t")):
        yield f"{name} at the end", good + byte
        yield f"{name} in the header", good[:5] + byte + good[5:]
    yield "not ASCII", good[:5].encode() + b"\xff" + good[5:].encode()
    yield "full-width letters", good.replace("e", "\uff45", 1)
    yield "half a surrogate", good + "\ud800"
    yield "a second token", f"{good}, Bearer {good}"
    yield "in quotes", f'"{good}"'


def _signatures(forger: Forger) -> Attacks:
    good = forger.token()
    signed, _, signature = good.rpartition(".")
    yield "no signature", signed + "."
    yield "signature cut by one letter", good[:-1]
    yield "signature cut by half", f"{signed}.{signature[:21]}"
    yield "signature of zeros", f"{signed}.{b64(bytes(32))}"
    yield "signature with a byte more", f"{signed}.{b64(base64.urlsafe_b64decode(signature + '=') + b'x')}"
    yield "twin: another last letter, same bytes", signed + "." + _twin(signature)
    yield "twin: padding", good + "="
    yield "twin: much padding", good + "===="
    yield "twin: padded header", _padded(good, 0)
    yield "twin: padded claims", _padded(good, 1)
    yield "signature in standard base64", f"{signed}.{_standard(forger)}"
    yield "first letter of the claims changed", _swapped(good, good.index(".") + 1)
    yield "last letter of the header changed", _swapped(good, good.index(".") - 2)
    yield "signature of other claims", f"{signed}.{forger.with_claims(ver=9).rpartition('.')[2]}"


def _twin(signature: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 32 bytes leave two unused bits in the last letter; a lenient reader ignores them.
    return signature[:-1] + letters[letters.index(signature[-1]) ^ 1]


def _padded(token: str, at: int) -> str:
    parts = token.split(".")
    parts[at] += "="
    return ".".join(parts)


def _standard(forger: Forger) -> str:
    signature = forger.token().rpartition(".")[2]
    return signature.replace("-", "+").replace("_", "/") + "="


def _swapped(token: str, at: int) -> str:
    return token[:at] + ("B" if token[at] != "B" else "C") + token[at + 1 :]
