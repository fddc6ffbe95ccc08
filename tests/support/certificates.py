"""Certificates for tests, made by openssl, and the hashes of passwords."""

import base64
import ctypes
import ctypes.util
import ssl
import subprocess


class Authority:
    """Signs certificates whose files lie in `folder`."""

    def __init__(self, folder, name="ca"):
        self.folder = folder
        self.certificate = folder / f"{name}.pem"
        self._key = folder / f"{name}.key"
        self._openssl(
            *("req", "-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-subj", f"/CN={name}", "-keyout", self._key, "-out", self.certificate),
        )

    def sign(self, name, alternative_names="IP:127.0.0.1,DNS:localhost"):
        """Makes NAME.pem and NAME.key; gives their paths."""
        certificate, key, request = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={alternative_names}\n")
        self._openssl(
            *("req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", f"/CN={name}"),
            *("-keyout", key, "-out", request),
        )
        self._openssl(
            *("x509", "-req", "-in", request, "-days", "2", "-CA", self.certificate, "-CAkey", self._key),
            *("-CAcreateserial", "-extfile", extensions, "-out", certificate),
        )
        return certificate, key

    def client(self, certificate=None, key=None):
        """An ssl.SSLContext that trusts this authority alone, and shows a certificate of its own if there is one."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        if certificate is not None:
            context.load_cert_chain(certificate, key)
        return context

    @staticmethod
    def _openssl(*words):
        done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"openssl {words[0]}: {done.stderr}")


def bcrypt(password, cost=5):
    """The hash of a password, as htpasswd -B writes it. Python's own module for it is about to go."""
    library = ctypes.CDLL(ctypes.util.find_library("crypt"))
    library.crypt.restype = ctypes.c_char_p
    salt = f"$2y${cost:02}$" + "saltsaltsaltsaltsaltsO"[:22]
    return library.crypt(password.encode(), salt.encode()).decode()


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
