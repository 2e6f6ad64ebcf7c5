#!/usr/bin/env python3
"""The Debian package: what lintian, systemd and man say of it, and what it does on a fresh Debian 12.

    tests/package/package_test.py build/wissel_VERSION_amd64.deb

Exit code 77: skipped, for there is no package, or this is not root.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fresh_debian  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
# Of systemd-analyze security, in tenths: 10.0 is unsafe.
MOST_EXPOSED = 15


class ThePackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.files = pathlib.Path(folder.name)
        fresh_debian.run('dpkg-deb', '-x', str(DEB), folder.name)

    def test_lintian_finds_no_error(self):
        found = subprocess.run(['lintian', '--allow-root', '--fail-on', 'error', str(DEB)], capture_output=True, text=True)
        self.assertEqual(0, found.returncode, found.stdout + found.stderr)

    def test_the_unit_is_hardened(self):
        unit = self.files / 'lib/systemd/system/wissel.service'
        judged = subprocess.run(['systemd-analyze', 'security', '--offline=yes', '--no-pager',
                                 f'--threshold={MOST_EXPOSED}', str(unit)], capture_output=True, text=True)
        self.assertEqual(0, judged.returncode, judged.stdout + judged.stderr)

    def test_the_manual_page_is_well_formed_and_whole(self):
        page = self.files / 'usr/share/man/man1/wissel.1.gz'
        shown = subprocess.run(['man', '--warnings', '-l', str(page)], capture_output=True, text=True,
                               env={**os.environ, 'MANWIDTH': '100', 'LC_ALL': 'C.UTF-8'})
        self.assertEqual('', shown.stderr)
        for command in ('serve', 'journal verify', 'schedule solve', 'check-config'):
            self.assertIn(f'wissel {command}\n', shown.stdout)

    def test_bash_completes_commands_options_and_values(self):
        script = self.files / 'usr/share/bash-completion/completions/wissel'
        for words, expected in ((['jour'], 'journal'), (['journal', 'dump', '--fr'], '--from'),
                                (['token', '--role', 'pl'], 'planner')):
            given = ' '.join(words)
            got = fresh_debian.run('bash', '-c', f'source {script}; COMP_WORDS=(wissel {given}); '
                                   f'COMP_CWORD={len(words)}; _wissel; echo "${{COMPREPLY[*]}}"').strip()
            self.assertEqual(expected, got, given)

    def test_the_bill_of_materials_names_what_is_linked_and_what_is_in_the_pages(self):
        bom = json.loads((self.files / 'usr/share/doc/wissel/sbom.cdx.json').read_text())
        self.assertEqual(('CycloneDX', '1.5'), (bom['bomFormat'], bom['specVersion']))
        parts = {part['name']: part for part in bom['components']}
        for name in ('libgrpc++1.51', 'libsqlite3-0', 'libsystemd0', 'libboost1.81-dev', '@connectrpc/connect-web'):
            self.assertIn(name, parts)
        installed = fresh_debian.run('dpkg-query', '-W', '-f=${Version}', 'libsqlite3-0')
        self.assertEqual(installed, parts['libsqlite3-0']['version'])
        self.assertEqual(len(bom['components']), len({part['bom-ref'] for part in bom['components']}))


def may_boot():
    effective = re.search(r'^CapEff:\s*(\w+)', pathlib.Path('/proc/self/status').read_text(), re.M).group(1)
    return os.geteuid() == 0 and int(effective, 16) >> 21 & 1 == 1


HTTP = 'http://127.0.0.1:8080'


class OnAFreshDebian(unittest.TestCase):
    """One machine, from installing to purging, step by step."""

    @classmethod
    def setUpClass(cls):
        try:
            cls.machine = fresh_debian.FreshDebian(DEB, ROOT / 'build/tools')
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            # Before anything of Wissel is on it: a machine without the packages' sources, or one that is a container
            # without the rights of one.
            print(f'SKIPPED: no fresh Debian boots here: {error}\n{getattr(error, "stderr", "")}', file=sys.stderr)
            raise unittest.SkipTest('no fresh Debian boots here') from error
        cls.addClassCleanup(cls.machine.close)
        cls.machine.sh('apt-get install -y -q --no-install-recommends /root/wissel.deb')

    def sh(self, command):
        return self.machine.sh(command).stdout.strip()

    def show(self, what):
        return self.sh(f'systemctl show wissel --property={what} --value')

    def answers(self):
        return self.machine.sh(f'curl -sf {HTTP}/readyz', check=False).returncode == 0

    def starts_again(self, after, deed):
        """The main process is another one than `after`, and it serves."""
        self.machine.wait(lambda: self.show('ActiveState') == 'active' and self.show('MainPID') not in ('0', after),
                          f'the service after {deed}')
        self.assertTrue(self.answers())

    def call(self, method, body):
        token = self.sh('runuser -u wissel -- wissel token --data /var/lib/wissel --role admin')
        answer = json.loads(self.sh(f"curl -sS {HTTP}/wissel.v1.{method} -H 'Authorization: Bearer {token}' "
                                  f"-H 'Content-Type: application/json' -d '{json.dumps(body)}'"))
        self.assertNotIn('code', answer, method)
        return answer

    def item_waits(self):
        self.assertEqual('WAITING', self.call('WorkService/GetWorkItem', {'name': 'workItems/1'}).get('state'))

    def test_1_it_runs_as_its_own_user_in_its_sandbox(self):
        self.assertEqual('active', self.sh('systemctl is-active wissel'))
        self.assertEqual('enabled', self.sh('systemctl is-enabled wissel'))
        self.assertTrue(self.answers(), 'READY was said before the door served')
        self.assertEqual('serves', self.show('StatusText'))
        self.assertIn('<html', self.sh(f'curl -sf {HTTP}/'))
        pid = self.show('MainPID')
        self.assertEqual('wissel', self.sh(f'ps -o user= -p {pid} 2>/dev/null || stat -c %U /proc/{pid}'))
        status = self.sh(f'cat /proc/{pid}/status')
        self.assertIn('NoNewPrivs:\t1', status)
        self.assertIn('Seccomp:\t2', status)
        self.assertIn('CapBnd:\t0000000000000000', status)
        self.assertEqual('700 wissel', self.sh('stat -c "%a %U" /var/lib/wissel'))
        self.assertEqual('wissel 0.1.0', self.sh('wissel --version'))

    def test_2_accepted_work_survives_a_restart_and_a_kill(self):
        # What the configuration shows as an example is right.
        self.sh("sed -i 's/^  #\\([a-z]\\|  \\)/  \\1/' /etc/wissel/center.yaml")
        self.assertIn('1 queues', self.sh('wissel check-config /etc/wissel/center.yaml'))
        self.sh('systemctl restart wissel')
        item = self.call('WorkService/CreateWorkItem', {'workItem': {'queue': 'queues/general'}, 'requestId': 'first'})
        self.assertEqual('workItems/1', item.get('name'), item)
        before = self.show('MainPID')
        self.sh('systemctl restart wissel')
        self.starts_again(before, 'a restart')
        self.item_waits()
        before = self.show('MainPID')
        self.sh('systemctl kill --signal=KILL wissel')
        self.starts_again(before, 'kill -9')
        self.item_waits()
        self.assertEqual('1', self.show('NRestarts'))

    def test_3_a_server_that_hangs_is_started_again(self):
        self.sh('mkdir -p /run/systemd/system/wissel.service.d')
        self.sh("printf '[Service]\\nWatchdogSec=2s\\n' > /run/systemd/system/wissel.service.d/test.conf")
        self.sh('systemctl daemon-reload && systemctl restart wissel')
        before = self.show('MainPID')
        stamp = self.show('WatchdogTimestampMonotonic')
        self.machine.wait(lambda: self.show('WatchdogTimestampMonotonic') != stamp, 'a sign of life')
        self.assertEqual(before, self.show('MainPID'), 'a server that answers is left alone')
        self.sh(f'kill -STOP {before}')
        self.starts_again(before, 'SIGSTOP')
        self.assertIn('watchdog', self.sh('journalctl -u wissel --no-pager').lower())
        self.item_waits()

    def test_4_secrets_are_credentials(self):
        """A configuration that asks for one does not start without it, and says why; with it, it does."""
        self.sh("printf 'mail:\\n  smtp: {address: \"127.0.0.1:25\", tls: plain, user: desk, "
                "password_file: \"credential:smtp\"}\\n' >> /etc/wissel/center.yaml")
        self.assertNotEqual(0, self.machine.sh('systemctl restart wissel', check=False).returncode)
        self.assertIn('LoadCredential=', self.sh('journalctl -u wissel --no-pager -n 20'))
        self.sh('umask 077; mkdir -p /etc/wissel/secrets; echo hunter2 > /etc/wissel/secrets/smtp')
        self.sh("printf '[Service]\\nLoadCredential=smtp:/etc/wissel/secrets/smtp\\n' > "
                '/run/systemd/system/wissel.service.d/test.conf')
        self.sh('systemctl daemon-reload && systemctl reset-failed wissel && systemctl restart wissel')
        self.assertTrue(self.answers())

    def test_5_the_doors_for_calls_and_mails_open_in_the_sandbox(self):
        self.sh("sed -i 's|^  grpc:.*|&\\n  sip: 127.0.0.1:5060\\n  lmtp: unix:/run/wissel/lmtp|' "
                '/etc/wissel/center.yaml')
        self.sh("printf 'voice:\\n  trunks: [{name: test, addresses: [\"127.0.0.1\"]}]\\n' >> "
                '/etc/wissel/center.yaml')
        restarted = self.machine.sh('systemctl restart wissel', check=False)
        self.assertEqual(0, restarted.returncode, self.sh('journalctl -u wissel --no-pager -n 20'))
        self.sh('test -S /run/wissel/lmtp')
        self.assertIn('sip=127.0.0.1:5060', self.sh('journalctl -u wissel --no-pager -n 20'))

    def test_6_a_backup_comes_back_as_the_manual_says(self):
        """The commands of docs/operating/backup.md."""
        manual = (ROOT / 'docs/operating/backup.md').read_text().replace('\\\n', ' ')
        backup, restore = (re.findall(r'(?:^    .*\n)+', manual.split(heading)[1], re.M)[0]
                           for heading in ('## Backup', '## Restore'))
        self.sh('set -e\n' + backup)
        self.sh('set -e\n' + restore)
        self.item_waits()

    def test_7_an_upgrade_keeps_the_work_and_the_changed_configuration(self):
        before = self.show('MainPID')
        self.sh('apt-get install -y -q --reinstall /root/wissel.deb')
        self.starts_again(before, 'an upgrade')
        self.item_waits()
        self.sh('grep -q credential:smtp /etc/wissel/center.yaml')

    def test_8_removing_keeps_the_data_and_purging_does_not(self):
        self.sh('apt-get remove -y -q wissel')
        self.assertNotEqual('active', self.machine.sh('systemctl is-active wissel', check=False).stdout.strip())
        self.sh('test -f /var/lib/wissel/journal.sqlite')
        self.sh('test -f /etc/wissel/center.yaml')
        self.sh('apt-get purge -y -q wissel')
        self.sh('test ! -e /var/lib/wissel && test ! -e /etc/wissel/center.yaml')
        self.assertNotIn('wissel', self.machine.sh('systemctl list-unit-files --no-pager', check=False).stdout)


def deb_or_skip():
    """The package to test; ends the program where there is none, or nothing may be booted."""
    found = sorted(ROOT.glob('build/wissel_*.deb'))
    if len(sys.argv) > 1:
        deb = pathlib.Path(sys.argv.pop(1)).resolve()
    elif found:
        deb = found[-1]
    else:
        print('SKIPPED: there is no build/wissel_*.deb; `./dev package` makes it', file=sys.stderr)
        sys.exit(SKIPPED)
    if not may_boot():
        print('SKIPPED: only root with CAP_SYS_ADMIN may boot a fresh Debian', file=sys.stderr)
        sys.exit(SKIPPED)
    return deb


if __name__ == '__main__':
    DEB = deb_or_skip()
    unittest.main(verbosity=2)
