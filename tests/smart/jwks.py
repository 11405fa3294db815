"""Key pairs of the tests' apps, and a server on loopback that publishes what it is told to."""

import json
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, RSAAlgorithm


def rsa_jwk(kid: str = "rsa", bits: int = 2048, **more: Any) -> dict[str, Any]:
    public = rsa.generate_private_key(65537, bits).public_key()
    made = json.loads(RSAAlgorithm.to_jwk(public))
    return {**made, "kid": kid, "alg": "RS384", "use": "sig", **more}


def ec_jwk(kid: str = "ec", curve: ec.EllipticCurve | None = None, **more: Any) -> dict[str, Any]:
    public = ec.generate_private_key(curve or ec.SECP384R1()).public_key()
    made = json.loads(ECAlgorithm.to_jwk(public))
    return {**made, "kid": kid, "alg": "ES384", "use": "sig", **more}


def private_jwk(kid: str = "ec") -> dict[str, Any]:
    made = json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1())))
    return {**made, "kid": kid, "alg": "ES384", "use": "sig"}


@dataclass
class Publisher:
    """An app's own server; ``answer`` may be changed between requests."""

    url: str
    body: bytes = b'{"keys": []}'
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    asked: int = 0
    instead: Callable[[BaseHTTPRequestHandler], object] | None = None

    certificate: Callable[[Path], None] = lambda path: None
    """Changes the certificate of a server that speaks TLS."""

    def publish(self, *keys: dict[str, Any]) -> None:
        self.body = json.dumps({"keys": keys}).encode()


def self_signed(folder: Path, *, ends_in: timedelta = timedelta(days=1)) -> Path:
    """A certificate for localhost with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / f"certificate-{ends_in.days}.pem"
    path.write_bytes(key.private_bytes(*pem) + made.public_bytes(Encoding.PEM))
    return path


def serve(certificate: Path | None = None) -> tuple[Publisher, ThreadingHTTPServer]:
    """Started; whoever asks for it shuts it down. With a certificate it speaks TLS."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            publisher.asked += 1
            with suppress(OSError):  # whoever asked may have gone
                if publisher.instead:
                    publisher.instead(self)
                    return
                self.send_response(publisher.status)
                for name, value in publisher.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(publisher.body)))
                self.end_headers()
                self.wfile.write(publisher.body)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    address = f"http://127.0.0.1:{server.server_port}"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        address = f"https://localhost:{server.server_port}"
    publisher = Publisher(f"{address}/jwks.json")
    if certificate:
        publisher.certificate = context.load_cert_chain
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return publisher, server
