"""Requests as bytes, as a client sends them."""

GET = b"GET / HTTP/1.1\r\nHost: bnscope\r\n\r\n"


def get(path, **headers):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nHost: bnscope\r\n{lines}\r\n".encode()


def post(path, length):
    return f"POST {path} HTTP/1.1\r\nHost: bnscope\r\nContent-Length: {length}\r\n\r\n".encode()
