# SPDX-License-Identifier: GPL-2.0-only
"""Messages between Xen domains, through libargo.

    with argo.Endpoint() as a:
        a.bind(argo.ANY, 0x1000)
        data, meta = a.recv()
        a.send(data, to=meta.addr)
"""
import ctypes
import os
from collections import namedtuple

ANY = 0x7ff4
PORT_ANY = 0xffffffff
NONBLOCK = 1
KEEP = 1
WAIT = 1

Addr = namedtuple("Addr", "domid port")
Meta = namedtuple("Meta", "addr type len drops truncated")
Peer = namedtuple("Peer", "exists shared max_message")


class _Addr(ctypes.Structure):
    _fields_ = [("domid", ctypes.c_uint16), ("port", ctypes.c_uint32)]


class _Meta(ctypes.Structure):
    _fields_ = [("addr", _Addr), ("type", ctypes.c_uint32), ("len", ctypes.c_uint32),
                ("drops", ctypes.c_uint32), ("truncated", ctypes.c_int)]


class _Opts(ctypes.Structure):
    _fields_ = [("ring_bytes", ctypes.c_uint32), ("max_message", ctypes.c_uint32),
                ("flags", ctypes.c_uint)]


class _Peer(ctypes.Structure):
    _fields_ = [("exists", ctypes.c_int), ("shared", ctypes.c_int),
                ("max_message", ctypes.c_uint32)]


class _Stats(ctypes.Structure):
    _fields_ = [("domid", ctypes.c_uint16), ("partner", ctypes.c_uint16),
                ("port", ctypes.c_uint32), ("ring_len", ctypes.c_uint32),
                ("bound", ctypes.c_int), ("lost", ctypes.c_int),
                ("connected", ctypes.c_int), ("gone", ctypes.c_int),
                ("peer", _Addr)] + [
                    (name, ctypes.c_uint64) for name in (
                        "messages", "bytes", "truncated", "drops", "sent",
                        "sent_bytes", "full")]


_lib = ctypes.CDLL(os.environ.get("ARGO_LIBRARY", "libargo.so.1"), use_errno=True)
_lib.argo_open.restype = ctypes.c_void_p
_lib.argo_open.argtypes = [ctypes.c_uint]
_lib.argo_close.argtypes = [ctypes.c_void_p]
_lib.argo_close.restype = None
_lib.argo_poll_fd.argtypes = [ctypes.c_void_p]
_lib.argo_bind.argtypes = [ctypes.c_void_p, ctypes.c_uint16, ctypes.c_uint32,
                           ctypes.POINTER(_Opts)]
_lib.argo_connect.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Addr), ctypes.c_uint]
_lib.argo_disconnect.argtypes = [ctypes.c_void_p]
_lib.argo_send.restype = ctypes.c_ssize_t
_lib.argo_send.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Addr), ctypes.c_uint32,
                           ctypes.c_char_p, ctypes.c_size_t]
_lib.argo_recv.restype = ctypes.c_ssize_t
_lib.argo_recv.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Meta), ctypes.c_void_p,
                           ctypes.c_size_t]
_lib.argo_query.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Addr),
                            ctypes.POINTER(_Peer)]
_lib.argo_stats.argtypes = [ctypes.c_void_p, ctypes.POINTER(_Stats)]
_lib.argo_parse.argtypes = [ctypes.c_char_p, ctypes.POINTER(_Addr)]
_lib.argo_format.argtypes = [ctypes.POINTER(_Addr), ctypes.c_char_p, ctypes.c_size_t]


def _fail():
    error = ctypes.get_errno()
    raise OSError(error, os.strerror(error))


def _ok(result):
    if result < 0:
        _fail()
    return result


def parse(text):
    """The address that a text such as "argo://3:0x1000" names."""
    addr = _Addr()
    _ok(_lib.argo_parse(text.encode(), ctypes.byref(addr)))
    return Addr(addr.domid, addr.port)


def format(addr):
    """The text for an address."""
    text = ctypes.create_string_buffer(64)
    _lib.argo_format(ctypes.byref(_Addr(*addr)), text, len(text))
    return text.value.decode()


class Endpoint:
    """An open /dev/argo."""

    def __init__(self, flags=0):
        self._a = _lib.argo_open(flags)
        if not self._a:
            _fail()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        if self._a:
            _lib.argo_close(self._a)
        self._a = None

    def fileno(self):
        return _lib.argo_poll_fd(self._a)

    def bind(self, partner, port=PORT_ANY, ring_bytes=0, max_message=0, flags=0):
        opts = _Opts(ring_bytes, max_message, flags)
        _ok(_lib.argo_bind(self._a, partner, port, ctypes.byref(opts)))

    def connect(self, addr, flags=0):
        _ok(_lib.argo_connect(self._a, ctypes.byref(_Addr(*addr)), flags))

    def disconnect(self):
        _ok(_lib.argo_disconnect(self._a))

    def send(self, data, to=None, type=0):
        addr = ctypes.byref(_Addr(*to)) if to else None
        return _ok(_lib.argo_send(self._a, addr, type, data, len(data)))

    def recv(self, size=65536):
        """A message and what is known of it."""
        meta = _Meta()
        data = ctypes.create_string_buffer(max(size, 1))
        got = _ok(_lib.argo_recv(self._a, ctypes.byref(meta), data, size))
        return data.raw[:got], Meta(Addr(meta.addr.domid, meta.addr.port), meta.type,
                                    meta.len, meta.drops, bool(meta.truncated))

    def query(self, addr):
        info = _Peer()
        _ok(_lib.argo_query(self._a, ctypes.byref(_Addr(*addr)), ctypes.byref(info)))
        return Peer(bool(info.exists), bool(info.shared), info.max_message)

    def stats(self):
        stats = _Stats()
        _ok(_lib.argo_stats(self._a, ctypes.byref(stats)))
        found = {name: getattr(stats, name) for name, _ in _Stats._fields_}
        found["peer"] = Addr(stats.peer.domid, stats.peer.port)
        return found
