"""A fresh Debian 12 to install a package on: a root folder made by mmdebstrap with what the package depends on, and
PostgreSQL, as downloaded archives (not installed), kept in build/tools, and booted with systemd in a container without
a network, or in one of several that reach each other alone.

Needs root. The sources and the settings of apt are this machine's own, read when the root is made.
"""
import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

DATABASE = 'postgresql-15'


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


def debian_sources():
    """deb lines of Debian 12, as this machine has them."""
    shown = run('apt-get', 'indextargets', '--format', '$(ORIGIN)|$(SITE)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)',
                'Created-By: Packages')
    lines = set()
    for target in shown.splitlines():
        origin, _, uri, release, component = target.split('|')
        if origin == 'Debian' and release.startswith('bookworm'):
            lines.add(f'deb {uri} {release} {component}')
    return sorted(lines)


def make_root(deb, tar):
    """Minimal, with systemd, apt's lists, and the archives that installing `deb` takes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = pathlib.Path(folder, 'settings')
        settings.write_text(''.join(line + '\n' for line in run('apt-config', 'dump').splitlines()
                                    if line.startswith('Acquire::http')))
        sources = pathlib.Path(folder, 'sources')
        sources.write_text('\n'.join(debian_sources()) + '\n')
        download = (f'cp {deb} "$1/tmp/wissel.deb" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -y -qq '
                    f'--no-install-recommends --download-only install "$1/tmp/wissel.deb" {DATABASE} && '
                'rm "$1/tmp/wissel.deb"')
        unfinished = tar.with_name('unfinished-' + tar.name)
        run('mmdebstrap', '--quiet', '--variant=apt', '--include=systemd-sysv,dbus,curl', '--skip=cleanup/apt',
            f'--aptopt={settings}', f'--customize-hook={download}', 'bookworm', str(unfinished), str(sources))
        unfinished.rename(tar)


def root_for(deb, tools):
    """The tar of the root, made anew when what the package depends on has changed."""
    depends = run('dpkg-deb', '-f', str(deb), 'Depends')
    tar = tools / f'debian-12-{hashlib.sha256((depends + DATABASE).encode()).hexdigest()[:12]}.tar'
    if not tar.exists():
        for old in tools.glob('debian-12-*.tar'):
            old.unlink()
        make_root(deb, tar)
    return tar


class Network:
    """Machines by name on one bridge, which nothing else is on."""

    SUBNET = '10.0.0'

    def __init__(self):
        self.prefix = f'wp{os.getpid()}'
        self.names = []
        run('ip', 'link', 'add', f'{self.prefix}br', 'type', 'bridge')
        run('ip', 'link', 'set', f'{self.prefix}br', 'up')

    def namespace(self, name):
        return f'{self.prefix}{name}'

    def add(self, name):
        link = f'{self.prefix}{len(self.names)}'
        self.names.append(name)
        space = self.namespace(name)
        run('ip', 'netns', 'add', space)
        run('ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space)
        run('ip', 'link', 'set', link, 'master', f'{self.prefix}br', 'up')
        run('ip', '-n', space, 'addr', 'add', f'{self.SUBNET}.{len(self.names)}/24', 'dev', 'eth0')
        for device in ('lo', 'eth0'):
            run('ip', '-n', space, 'link', 'set', device, 'up')

    def hosts(self):
        return ''.join(f'{self.SUBNET}.{i} {name}\n' for i, name in enumerate(self.names, 1))

    def pull_the_plug(self, name):
        run('ip', '-n', self.namespace(name), 'link', 'set', 'eth0', 'down')

    def close(self):
        for name in self.names:
            subprocess.run(['ip', 'netns', 'del', self.namespace(name)], check=False, capture_output=True)
        subprocess.run(['ip', 'link', 'del', f'{self.prefix}br'], check=False, capture_output=True)


class FreshDebian:
    """Booted; `close` ends it and removes its folder. `name`: of one machine of several in a `network`."""

    def __init__(self, deb, tools, name='', network=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='wissel-debian-'))
        self.container = None
        self.name = name or f'wissel-test-{os.getpid()}'
        self.network = [f'--network-namespace-path=/run/netns/{network.namespace(name)}'] if network else \
            ['--private-network']
        try:
            run('tar', 'xf', str(root_for(deb, tools)), '-C', str(self.folder), '--exclude=./dev/*')
            shutil.copy(deb, self.folder / 'root/wissel.deb')
            (self.folder / 'etc/dpkg/dpkg.cfg.d/fast').write_text('force-unsafe-io\n')
            if network:
                (self.folder / 'etc/hosts').write_text('127.0.0.1 localhost\n' + network.hosts())
            self.boot()
        except BaseException:
            self.close()
            raise

    def boot(self):
        self.log = open(self.folder / 'boot.log', 'w+')
        self.container = subprocess.Popen(
            ['systemd-nspawn', '--quiet', '--boot', '--register=no', '--keep-unit', *self.network, '--console=pipe',
             '--timezone=off', '--resolv-conf=off', f'--machine={self.name}', f'--directory={self.folder}'],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT)
        self.wait(lambda: self.sh('systemctl is-system-running --wait', check=False).stdout.strip() in
                  ('running', 'degraded'), 'systemd to be up')

    def leader(self):
        children = pathlib.Path(f'/proc/{self.container.pid}/task/{self.container.pid}/children').read_text().split()
        return children[0] if children else None

    def sh(self, command, check=True):
        """Runs a line of shell inside; what it prints is in .stdout."""
        leader = self.leader()
        if leader is None:
            return subprocess.CompletedProcess(command, 1, '', 'not there')
        done = subprocess.run(['nsenter', '--target', leader, '--all', '--', '/usr/bin/env', '-i',
                               'PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C.UTF-8', 'DEBIAN_FRONTEND=noninteractive',
                               'sh', '-c', command], capture_output=True, text=True, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f'{command}\nended with {done.returncode}\n{done.stdout}{done.stderr}')
        return done

    def wait(self, what, said, seconds=60):
        """Until `what` is true: of things that nobody announces."""
        end = time.monotonic() + seconds
        while not (got := what()):
            if self.container.poll() is not None or time.monotonic() > end:
                self.log.flush()
                raise AssertionError(f'waited in vain for {said}\n' +
                                     (self.folder / 'boot.log').read_text(errors='replace')[-4000:])
            time.sleep(0.2)
        return got

    def close(self, patience=20):
        if self.container is not None and self.container.poll() is None:
            self.container.send_signal(signal.SIGTERM)  # a shutdown in order
            try:
                self.container.wait(patience)
            except subprocess.TimeoutExpired:
                self.container.kill()
                self.container.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
