#!/usr/bin/env python3
"""docs/operating/production.md, "Three nodes", walked as it stands there: five fresh machines in one private network.

    tests/package/three_nodes_test.py build/wissel_VERSION_amd64.deb

Exit code 77: skipped, for there is no package, or this is not root.
"""
import concurrent.futures
import json
import pathlib
import re
import subprocess
import sys
import textwrap
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import fresh_debian  # noqa: E402
from package_test import ROOT, deb_or_skip  # noqa: E402

DATABASES = ('db1', 'db2')
NODES = ('wissel-1', 'wissel-2', 'wissel-3')
CENTER = """
center:
  display_name: Three nodes
  queues:
    - {name: queues/general, channel: task, answer_within: 1h}
"""
JOURNAL = 'postgres://wissel@db1,db2/wissel'


def blocks():
    """The page's blocks of commands and settings, in order, by what stands in their first lines."""
    page = (ROOT / 'docs/operating/production.md').read_text().split('## Three nodes')[1]
    found = re.findall(r'(?:^ {7}.*\n)+', page, re.M)
    return [textwrap.dedent(block) for block in found]


def block(sign):
    matching = [one for one in blocks() if sign in one]
    assert len(matching) == 1, f'{len(matching)} blocks of the page have {sign}'
    return matching[0]


class ThreeNodes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.network = fresh_debian.Network()
            cls.addClassCleanup(cls.network.close)
            for name in (*DATABASES, *NODES):
                cls.network.add(name)
            fresh_debian.root_for(DEB, ROOT / 'build/tools')
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                cls.machines = dict(pool.map(cls.boot, (*DATABASES, *NODES)))
        except (AssertionError, OSError, subprocess.SubprocessError) as error:
            print(f'SKIPPED: no fresh machines boot here: {error}\n{getattr(error, "stderr", "")}', file=sys.stderr)
            raise unittest.SkipTest('no fresh machines boot here') from error

    @classmethod
    def boot(cls, name):
        machine = fresh_debian.FreshDebian(DEB, ROOT / 'build/tools', name, cls.network)
        cls.addClassCleanup(machine.close, patience=1)
        return name, machine

    def sh(self, name, script):
        return self.machines[name].sh('set -e\n' + script).stdout.strip()

    def on_each(self, names, deed):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(deed, names))

    def test_1_the_databases_hold_every_commit_twice(self):
        self.on_each(DATABASES, lambda name: self.sh(
            name, 'apt-get install -y -q --no-install-recommends postgresql-15'))
        self.sh('db1', block('CREATE ROLE wissel'))
        self.sh('db2', block('pg_basebackup'))
        self.sh('db1', block('synchronous_standby_names'))
        psql = "runuser -u postgres -- psql -Atc 'SELECT sync_state FROM pg_stat_replication'"
        self.machines['db1'].wait(lambda: self.sh('db1', psql) == 'sync', 'a synchronous standby')

    def test_2_three_nodes_join(self):
        certificates = self.machines['db1']  # any machine with openssl
        certificates.sh('mkdir -p /root/ca && apt-get install -y -q --no-install-recommends openssl')
        self.sh('db1', 'cd /root/ca\n' + block('openssl req -x509'))
        for name in NODES:
            self.sh('db1', f'cd /root/ca\nname={name}\n' + block('openssl req -newkey'))

        def install(name):
            machine = self.machines[name]
            self.sh(name, 'apt-get install -y -q --no-install-recommends /root/wissel.deb')
            for file in ('ca.pem', f'{name}.pem', f'{name}.key'):
                (machine.folder / 'etc/wissel' / file).write_bytes((certificates.folder / 'root/ca' / file).read_bytes())
            self.sh(name, f'cd /etc/wissel && chown root:wissel ca.pem {name}.* && chmod 640 {name}.key')
            settings = block('peer_address').replace('wissel-1 ', f'{name} ').replace('wissel-1:', f'{name}:')
            settings = settings.replace('/wissel-1.', f'/{name}.')
            (machine.folder / 'etc/wissel/center.yaml').write_text(settings + CENTER)
            self.sh(name, block('chmod 600'))

        self.on_each(NODES, install)
        for name in NODES:
            self.sh(name, 'systemctl restart wissel')
        look = block('wissel shards list')
        for name in NODES:
            said = self.machines[name].sh('set -e\n' + look, check=False)
            self.assertEqual(0, said.returncode, said.stdout + said.stderr)
        self.wait_for_a_standby()

    def shard(self, at):
        line = self.sh(at, f'PGPASSFILE=/var/lib/wissel/.pgpass runuser -u wissel -- wissel shards list --journal {JOURNAL} --json')
        return json.loads(line.splitlines()[0])

    def wait_for_a_standby(self, at='wissel-1'):
        self.machines[at].wait(lambda: self.shard(at)['node'] and self.shard(at)['standbys'],
                               'one node that serves and another that follows')

    def call(self, at, method, body):
        token = self.sh(at, 'PGPASSFILE=/var/lib/wissel/.pgpass runuser -u wissel -- '
                            f'wissel token --data "{JOURNAL}#main" --role admin')
        return self.machines[at].sh(
            f"curl -sS --max-time 10 http://127.0.0.1:8080/wissel.v1.{method} -H 'Authorization: Bearer {token}' "
            f"-H 'Content-Type: application/json' -d '{json.dumps(body)}'", check=False)

    def create(self, at, request):
        body = {'workItem': {'queue': 'queues/general'}, 'requestId': request}
        return json.loads(self.call(at, 'WorkService/CreateWorkItem', body).stdout or '{}').get('name')

    def test_3_any_node_takes_a_call_and_one_that_is_stopped_is_not_missed(self):
        made = [self.create(name, f'first {name}') for name in NODES]
        self.assertEqual(['workItems/1', 'workItems/2', 'workItems/3'], made)
        serving = self.shard('wissel-1')['node']
        others = [name for name in NODES if name != serving]
        self.sh(serving, 'systemctl stop wissel')
        self.assertEqual('workItems/4', self.create(others[0], 'while it is stopped'))
        self.assertIn(self.shard(others[0])['node'], others)
        self.sh(serving, 'systemctl start wissel')
        self.wait_for_a_standby(others[0])

    def test_4_one_whose_plug_is_pulled_is_replaced(self):
        serving = self.shard('wissel-1')['node']
        other = next(name for name in NODES if name != serving)
        self.network.pull_the_plug(serving)
        made = self.machines[other].wait(lambda: self.create(other, 'after the plug'), 'another that serves')
        self.assertEqual('workItems/5', made)
        self.assertNotEqual(serving, self.shard(other)['node'])
        for number in range(1, 6):
            answer = json.loads(self.call(other, 'WorkService/GetWorkItem', {'name': f'workItems/{number}'}).stdout)
            self.assertEqual('WAITING', answer.get('state'), answer)


if __name__ == '__main__':
    DEB = deb_or_skip()
    unittest.main(verbosity=2)
