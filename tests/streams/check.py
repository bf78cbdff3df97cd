#!/usr/bin/env python3
"""Compares an implementation of streams with CPython's, both ends of each connection.

    check.py RUNNER [--cases] [--random] [--seeds A..B --size S] [--jsonl FILE]

RUNNER plays one end of a program (SPEC.md, 3); it may contain arguments.  Each
program runs in these pairings, server first: `or` RUNNER and the reference,
`ro` the reference and RUNNER, `oo` RUNNER twice.  The logs of both ends must be
those of the reference with itself (`rr`).
Without a selection, --cases and --random are checked.

The reference is played by PYTHON (an environment variable; else /usr/bin/python3),
and is only one where that is CPython 3.11: later ones say other things (SPEC.md,
5).  Elsewhere stored programs run in pairing `oo` alone, which needs no reference.

    --seeds A..B    programs of generate.py; the reference runs them first, twice
                    (the second time with random pauses), and a program whose
                    log is not the same both times is left out and counted
    --size S        small, medium (default) or large, for --seeds
    --also WORDS    for --seeds, see generate.py
    --jsonl FILE    lines {"name":..., "program":..., "expected":{...}}
    --pairs A,B     some of rr, or, ro, oo (default: or,ro,oo, or what is said above)
    --only NAME     only programs whose name contains NAME
    --timeout SEC   for one program in one pairing (default 60)
    --retries N     a program that fails is run again so often (default 2); if
                    it passes then, it counts as `flaky`, not as passed
    --show N        details of the first N failures (default 10)
    --save DIR      write the program and both logs of each failure there
    --jobs N        so many programs side by side (default 1)
    --write-jsonl F with --seeds: write the programs and their expected logs to F
    --bless         with --cases: write the .expected files anew, by the reference

Exit status: 0 all passed, 1 something failed or was flaky, 2 could not run.
"""
import argparse
import json
import os
import queue
import selectors
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
PYTHON = os.environ.get('PYTHON') or ('/usr/bin/python3' if os.path.exists('/usr/bin/python3') else sys.executable)
REFERENCE = [PYTHON, os.path.join(HERE, 'reference.py')]


def release():
    """That of PYTHON, such as 3.11."""
    run = subprocess.run([PYTHON, '-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], stdout=subprocess.PIPE)
    return run.stdout.decode().strip()


# ---------------------------------------------------------------- logs as text

def to_text(lanes):
    return ''.join('[%s]\n%s' % (name, ''.join(line + '\n' for line in lanes[name])) for name in sorted(lanes))


def from_text(text):
    lanes = {}
    for line in text.splitlines():
        if line.startswith('[') and line.endswith(']'):
            lines = lanes.setdefault(line[1:-1], [])
        else:
            lines.append(line)
    return lanes


def difference(expected, got):
    """The first line of each lane that differs."""
    found = []
    for name in sorted(set(expected) | set(got)):
        e, g = expected.get(name, []), got.get(name, [])
        for n in range(max(len(e), len(g))):
            a = e[n] if n < len(e) else '(nothing)'
            b = g[n] if n < len(g) else '(nothing)'
            if a != b:
                found.append((name, n + 1, e[n - 1] if n else '', a, b))
                break
    return found


# ---------------------------------------------------------------- the players

class Failure(Exception):
    def __init__(self, text, lanes):
        super().__init__(text)
        self.lanes = lanes


class Player:
    """A process that plays one end of one program after the other."""

    def __init__(self, argv):
        self.argv = argv
        self.process = None
        self.fds = []

    def start(self):
        if self.process and self.process.poll() is None:
            return
        self.process = subprocess.Popen(self.argv + ['--batch'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        bufsize=0)
        self.rest = b''
        self.fds = []

    def send(self, message):
        try:
            self.process.stdin.write(json.dumps(message).encode() + b'\n')
        except BrokenPipeError:
            pass

    def receive(self):
        """What it says now; None if it has ended."""
        some = os.read(self.process.stdout.fileno(), 1 << 16)
        if not some:
            return None
        *lines, self.rest = (self.rest + some).split(b'\n')
        return [json.loads(line) for line in lines]

    def end(self):
        """Lets it end by itself, so that a sanitizer can say what it has found; its status."""
        if not self.process:
            return 0
        try:
            self.process.stdin.close()
            return self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            return 'none: it did not end with its stdin'
        finally:
            self.kill()

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


ids = iter(range(1, 1 << 60))
ids_lock = threading.Lock()


def play(server, client, program, transport, timeout):
    """Runs a program; returns its lanes or raises Failure."""
    with ids_lock:
        number = next(ids)
    folder = tempfile.mkdtemp(prefix='streams-')
    lanes, leaks = {}, []
    players = {'server': server, 'client': client}
    deadline = time.monotonic() + timeout
    try:
        with selectors.DefaultSelector() as selector:
            for role, player in players.items():
                player.start()
                selector.register(player.process.stdout, selectors.EVENT_READ, role)
            for role, player in players.items():
                player.send({'run': {'id': number, 'role': role, 'transport': transport, 'dir': folder,
                                     'program': program}})
            busy = set(players)
            while busy:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Failure('%s not done after %g s' % (' and '.join(sorted(busy)), timeout), lanes)
                for key, _ in selector.select(left):
                    role = key.data
                    other = players['client' if role == 'server' else 'server']
                    messages = players[role].receive()
                    if messages is None:
                        raise Failure('the %s ended with status %s' % (role, players[role].process.wait()), lanes)
                    for m in messages:
                        if 'line' in m:
                            lanes.setdefault(m['lane'], []).append(m['line'])
                        elif 'event' in m:
                            other.send(m)
                        elif 'error' in m:
                            raise Failure('the %s says: %s' % (role, m['error']), lanes)
                        elif 'done' in m:
                            busy.discard(role)
                            if 'fds' in m:
                                players[role].fds.append(m['fds'])
        for role, player in players.items():
            n = player.fds
            if n and n[-1] > n[0]:
                leaks.append('the %s had %d open descriptors after its first program, and has %d now' %
                             (role, n[0], n[-1]))
        if leaks:
            raise Failure('; '.join(leaks), lanes)
        return lanes
    except Failure:
        server.kill()
        client.kill()
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Team:
    """The players of one thread: for each pairing a server and a client."""

    def __init__(self, runner, timeout):
        self.runner, self.timeout = runner, timeout
        self.pairs = {}

    def play(self, pair, program, transport):
        if pair not in self.pairs:
            jitter = ['--jitter', '1'] if pair == 'jj' else []
            argv = {'o': self.runner, 'r': REFERENCE, 'j': REFERENCE + jitter}
            self.pairs[pair] = [Player(argv[c]) for c in pair]
        return play(*self.pairs[pair], program, transport, self.timeout)

    def end(self):
        """What those say who did not end well."""
        wrong = []
        for pair, players in self.pairs.items():
            for player in players:
                status = player.end()
                if status != 0:
                    wrong.append('a process of pairing %s ended with status %s' % (pair, status))
        return wrong


# ---------------------------------------------------------------- the programs

def load_cases(folder, bless):
    for name in sorted(os.listdir(folder)):
        if name.endswith('.json'):
            stem = name[:-5]
            with open(os.path.join(folder, name)) as f:
                program = json.load(f)
            expected = None
            path = os.path.join(folder, stem + '.expected')
            if not bless and os.path.exists(path):
                with open(path) as f:
                    expected = from_text(f.read())
            yield stem, program, expected, path


def load_jsonl(path, prefix):
    with open(path) as f:
        for n, line in enumerate(f, 1):
            if line.strip():
                d = json.loads(line)
                yield '%s%s' % (prefix, d.get('name', n)), d['program'], d['expected'], None


def load_seeds(text, size, also):
    import generate
    lo, _, hi = text.partition('..')
    for seed in range(int(lo), int(hi or lo) + 1):
        yield 'seed-%s-%d' % (size, seed), generate.generate(seed, size, also), None, None


class Result:
    def __init__(self):
        self.lock = threading.Lock()
        self.passed = self.failed = self.flaky = self.unstable = self.runs = 0
        self.names = []
        self.written = []


def judge(a, team, result, name, program, expected, path):
    """One program in all its pairings."""
    for transport in program['transports']:
        title = '%s (%s)' % (name, transport)
        e = expected
        if e is None:               # the reference first
            try:
                e = team.play('rr', program, transport)
                again = team.play('jj', program, transport)
            except Failure as exc:
                with result.lock:
                    result.unstable += 1
                    print('LEFT OUT %s: the reference: %s' % (title, exc), flush=True)
                    if a.save:
                        save(a.save, name, transport, 'rr', program, {}, exc.lanes, str(exc))
                continue
            if e != again:
                with result.lock:
                    result.unstable += 1
                    print('LEFT OUT %s: the reference does not always say the same' % title, flush=True)
                    for lane, n, before, x, y in difference(e, again)[:3]:
                        print('    [%s] line %d: %s  or  %s' % (lane, n, x, y), flush=True)
                continue
            if a.bless:
                if os.path.exists(path + '.new') and open(path + '.new').read() != to_text(e):
                    print('NOT THE SAME on all transports: %s' % name)
                with open(path + '.new', 'w') as f:
                    f.write(to_text(e))
                continue
            with result.lock:
                result.written.append({'name': '%s-%s' % (name, transport),
                                       'program': dict(program, transports=[transport]), 'expected': e})
        for pair in a.pairs.split(','):
            failures, got = [], None
            for attempt in range(a.retries + 1):
                try:
                    got = team.play(pair, program, transport)
                    text = None if got == e else 'the logs differ'
                except Failure as exc:
                    got, text = exc.lanes, str(exc)
                if text is None:
                    break
                failures.append((text, got))
            with result.lock:
                result.runs += 1
                if not failures:
                    result.passed += 1
                    continue
                flaky = len(failures) <= a.retries
                if flaky:
                    result.flaky += 1
                else:
                    result.failed += 1
                result.names.append('%s %s' % (title, pair))
                if result.failed + result.flaky <= a.show:
                    text, got = failures[0]
                    print('%s %s, pairing %s: %s%s' % ('FLAKY' if flaky else 'FAILED', title, pair, text,
                                                       '; ' + program['note'] if 'note' in program else ''))
                    for lane, n, before, x, y in difference(e, got)[:4]:
                        if before:
                            print('    [%s] line %d (same):  %s' % (lane, n - 1, before))
                        print('    [%s] line %d expected: %s' % (lane, n, x))
                        print('    [%s] line %d got:      %s' % (lane, n, y), flush=True)
                if a.save:
                    save(a.save, name, transport, pair, program, e, failures[0][1], failures[0][0])


def save(folder, name, transport, pair, program, expected, got, text):
    os.makedirs(folder, exist_ok=True)
    stem = os.path.join(folder, '%s-%s-%s' % (name.replace('/', '_'), transport, pair))
    with open(stem + '.json', 'w') as f:
        json.dump(program, f, indent=1)
    with open(stem + '.expected', 'w') as f:
        f.write(to_text(expected))
    with open(stem + '.got', 'w') as f:
        f.write('# %s\n' % text + to_text(got))


def main():
    p = argparse.ArgumentParser(usage=__doc__)
    p.add_argument('runner')
    p.add_argument('--cases', nargs='?', const=os.path.join(HERE, 'cases'))
    p.add_argument('--random', action='store_true')
    p.add_argument('--seeds')
    p.add_argument('--size', default='medium')
    p.add_argument('--also', default='')
    p.add_argument('--jsonl', action='append', default=[])
    p.add_argument('--pairs')
    p.add_argument('--only')
    p.add_argument('--timeout', type=float, default=60)
    p.add_argument('--retries', type=int, default=2)
    p.add_argument('--show', type=int, default=10)
    p.add_argument('--save')
    p.add_argument('--jobs', type=int, default=1)
    p.add_argument('--write-jsonl')
    p.add_argument('--bless', action='store_true')
    a = p.parse_args()
    if not (a.cases or a.random or a.seeds or a.jsonl):
        a.cases, a.random = os.path.join(HERE, 'cases'), True
    if release() != '3.11' and not a.pairs:
        if a.seeds or a.bless:
            print('%s is CPython %s: new programs are judged by 3.11 alone' % (PYTHON, release()), file=sys.stderr)
            return 2
        print('%s is CPython %s, not 3.11: no pairings with the reference' % (PYTHON, release()), flush=True)
        a.pairs = 'oo'
    a.pairs = a.pairs or 'or,ro,oo'
    tests = []
    if a.cases:
        tests += load_cases(a.cases, a.bless)
    if a.random:
        folder = os.path.join(HERE, 'random')
        for name in sorted(os.listdir(folder)):
            tests += load_jsonl(os.path.join(folder, name), '')
    for path in a.jsonl:
        tests += load_jsonl(path, '')
    if a.seeds:
        tests += load_seeds(a.seeds, a.size, [word for word in a.also.split(',') if word])
    tests = [t for t in tests if not a.only or a.only in t[0]]
    runner = shlex.split(a.runner)
    if os.path.exists(runner[0]):
        runner[0] = os.path.abspath(runner[0])
    if shutil.which(runner[0]) is None:
        print('cannot run %s' % a.runner, file=sys.stderr)
        return 2
    result = Result()
    todo = queue.Queue()
    for test in tests:
        todo.put(test)

    def work():
        team = Team(runner, a.timeout)
        try:
            while True:
                try:
                    test = todo.get_nowait()
                except queue.Empty:
                    return
                judge(a, team, result, *test)
        finally:
            wrong = team.end()
            with result.lock:
                result.names += wrong
                result.failed += len(wrong)

    threads = [threading.Thread(target=work) for _ in range(a.jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if a.bless:
        for _, _, _, path in tests:
            if path and os.path.exists(path + '.new'):
                os.replace(path + '.new', path)
        return 0
    if a.write_jsonl:
        with open(a.write_jsonl, 'w') as f:
            for each in sorted(result.written, key=lambda d: d['name']):
                f.write(json.dumps(each) + '\n')
    if result.unstable:
        print('%d left out: the reference did not end, or did not always say the same' % result.unstable)
    if result.flaky:
        print('%d flaky: they passed when run again' % result.flaky)
    if result.names:
        print('not passed: ' + ', '.join(sorted(result.names)[:60]))
    print('%d passed, %d failed' % (result.passed, result.failed + result.flaky))
    return 1 if result.failed or result.flaky else 0


if __name__ == '__main__':
    sys.exit(main())
