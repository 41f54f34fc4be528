#!/usr/bin/env python3
"""Writes the test vectors beside this file with Python's own hmac: an independent program, not our signer.

    python3 vectors/generate.py           writes them
    python3 vectors/generate.py --check   fails if the files are not what it would write

Bodies are given in hexadecimal, because some are not text.
"""

import hashlib
import hmac
import json
import pathlib
import sys

FOLDER = pathlib.Path(__file__).parent

EVENT = (
    '{"id":"evt_01","type":"payment_intent.succeeded","data":{"id":"pi_01","amount":{"currency":"CNY","value":699},'
    '"channel":"alipay","status":"succeeded","metadata":{"session_id":"sess_xyz_456"}}}'
)
TIME = 1745712345
SECRET = "whsec_test_secret"
KEY = "sk_test_0123456789abcdef"


def code(key, message):
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def sign(secret, timestamp, body):
    return code(secret, timestamp.encode() + b"." + body)


def webhook(name, secret=SECRET, timestamp=str(TIME), body=EVENT.encode(), header=None, now=TIME, max_age=300, result="ok"):
    v1 = sign(secret, timestamp, body)
    header = (header or "t={t},v1={v1}").format(t=timestamp, v1=v1, V1=v1.upper(), other=sign("whsec_other", timestamp, body))
    return {
        "name": name, "secret": secret, "body": body.hex(), "header": header, "v1": v1,
        "now": now, "max_age": max_age, "result": result,
    }


def flipped(index):
    """The right header with one digit of the signature changed."""
    v1 = sign(SECRET, str(TIME), EVENT.encode())
    digit = "0" if v1[index] != "0" else "1"
    return f"t={TIME},v1={v1[:index]}{digit}{v1[index + 1:]}"


WEBHOOKS = [
    webhook("the event of the documentation"),
    webhook("an empty body", body=b""),
    webhook("a body that is no UTF-8", body=bytes(range(256))),
    webhook("a body with a byte order mark", body=b"\xef\xbb\xbf" + EVENT.encode()),
    webhook("Chinese text", body='{"id":"evt_02","type":"x","data":"支付成功 ✓ 😀"}'.encode()),
    webhook("a body of 64 bytes less the prefix, a whole block", body=b"x" * (64 - 11)),
    webhook("a body of 55 bytes with the prefix, the last to fit its padding", body=b"x" * (55 - 11)),
    webhook("a body of 56 bytes with the prefix, the first that does not", body=b"x" * (56 - 11)),
    webhook("a body of 65536 bytes, a whole piece", body=b"0123456789abcdef" * 4096),
    webhook("a body of 200001 bytes, several pieces", body=b"z" * 200001),
    webhook("a secret of one byte", secret="s"),
    webhook("a secret of 64 bytes, a whole block", secret="k" * 64),
    webhook("a secret of 65 bytes, which is hashed first", secret="k" * 65),
    webhook("a secret in Chinese", secret="秘密"),
    webhook("spaces around the pairs", header=" t={t} , v1={v1} "),
    webhook("the signature before the time", header="v1={v1},t={t}"),
    webhook("capital digits", header="t={t},v1={V1}"),
    webhook("two signatures, the right one first", header="t={t},v1={v1},v1={other}"),
    webhook("two signatures, the right one last", header="t={t},v1={other},v1={v1}"),
    webhook("schemes of the future", header="t={t},v0=abc,v2=def,v1={v1},x"),
    webhook("a signature that is no hexadecimal beside the right one", header="t={t},v1=zz,v1={v1}"),
    webhook("the same header twice, joined", header="t={t},v1={v1}, t={t},v1={v1}"),
    webhook("a time with leading zeros, signed as it stands", timestamp="0001745712345"),
    webhook("as old as allowed", now=TIME + 300),
    webhook("a second too old", now=TIME + 301, result="too_old"),
    webhook("as new as allowed", now=TIME - 300),
    webhook("a second too new", now=TIME - 301, result="too_new"),
    webhook("old, but any age is allowed", now=TIME + 10**9, max_age=None),
    webhook("no age at all is allowed, and none it has", max_age=0),
    webhook("no age at all is allowed, and a second it has", max_age=0, now=TIME + 1, result="too_old"),
    webhook("another secret's signature", header="t={t},v1={other}", result="no_match"),
    webhook("the first digit changed", header=flipped(0), result="no_match"),
    webhook("the last digit changed", header=flipped(63), result="no_match"),
    webhook("another time than was signed", header=f"t={TIME + 1},v1=" + "{v1}", result="no_match"),
    webhook("wrong and old: the signature is looked at first", header="t={t},v1={other}", now=TIME + 10**6, result="no_match"),
    webhook("no header", header=" ", result="missing_header"),
    webhook("no time", header="v1={v1}", result="malformed_header"),
    webhook("no signature", header="t={t}", result="malformed_header"),
    webhook("an empty time", header="t=,v1={v1}", result="malformed_header"),
    webhook("a time that is no number", header="t=soon,v1={v1}", result="malformed_header"),
    webhook("a time with something behind", timestamp="1745712345x", result="malformed_header"),
    webhook("a time with a sign", timestamp="+1745712345", result="malformed_header"),
    webhook("a negative time", timestamp="-1745712345", result="malformed_header"),
    webhook("a time with decimals", timestamp="1745712345.5", result="malformed_header"),
    webhook("a time beyond 64 bits", timestamp="99999999999999999999", result="malformed_header"),
    webhook("two different times", header=f"t={TIME},t={TIME + 1},v1=" + "{v1}", result="malformed_header"),
    webhook("a signature too short", header="t={t},v1=a0a5", result="malformed_header"),
    webhook("capital names", header="T={t},V1={v1}", result="malformed_header"),
    webhook("32 pairs", header="t={t},v1={v1}" + ",x=y" * 30),
    webhook("33 pairs", header="t={t},v1={v1}" + ",x=y" * 31, result="malformed_header"),
    webhook("4096 bytes", header="t={t},v1={v1},x=" + "y" * (4096 - 83)),
    webhook("4097 bytes", header="t={t},v1={v1},x=" + "y" * (4097 - 83), result="malformed_header"),
]


def request(method, path, body=""):
    return {
        "key": KEY, "timestamp": TIME, "method": method, "path": path, "body": body,
        "v1": code(KEY, f"{TIME}{method}{path}{body}".encode()),
    }


REQUESTS = [
    request("POST", "/v1/payment-intents", '{"amount":500,"currency":"USD"}'),
    request("GET", "/v1/payment-intents/pi_01"),
    request("POST", "/v1/payment-intents/pi_01/qr"),
    request("POST", "/v1/services", '{"name":"智能摘要"}'),
    request("PATCH", "/v1/services/svc%2F1/activate"),
]

# What the issue and the specification print: if these differ, this program is wrong.
assert WEBHOOKS[0]["v1"] == "a0a5c0532be62cb1af9a38375d49cad21c6a62072182f2dc6651b40b1132c3a0"
assert REQUESTS[0]["v1"] == "d00546d1e24ad2e823c5d7c15ce5686bf9a11a86b392b2ceb7a3e11bb0481ca2"
assert REQUESTS[1]["v1"] == "adbd4fc022581fd8fe8d462f055813e776ebed4f7a3f3c8ef929abdbe9cc9599"

for name, vectors in [("webhooks.json", WEBHOOKS), ("requests.json", REQUESTS)]:
    # One vector to a line; the long bodies are written as a repeated piece.
    for vector in vectors:
        body = vector["body"]
        for length in (2, 32):
            if name == "webhooks.json" and len(body) > 4096 and body == body[:length] * (len(body) // length):
                vector["body"] = {"repeat": body[:length], "times": len(body) // length}
                break
    lines = ",\n".join(json.dumps(vector, ensure_ascii=False) for vector in vectors)
    text = f"[\n{lines}\n]\n"
    path = FOLDER / name
    if "--check" not in sys.argv:
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit(f"{path} is not what this program writes")
