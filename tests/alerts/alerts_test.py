#!/usr/bin/env python3
"""Alert rules and dashboards: what promtool says of the rules, that every figure they name is one that a running
server gives, and that every alert has its place in the runbook.

    tests/alerts/alerts_test.py build/release/wissel
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = ROOT / 'deploy/prometheus/wissel.rules.yml'
RULE_TESTS = ROOT / 'deploy/prometheus/wissel.rules.test.yml'
DASHBOARDS = sorted((ROOT / 'deploy/grafana').glob('*.json'))
RUNBOOK = ROOT / 'docs/operating/alerts.md'
PROMTOOL = shutil.which('promtool') or str(ROOT / 'build/tools/usr/bin/promtool')
FIGURE = re.compile(r'\bwissel_[a-z0-9_]+\b')
# Figures that are there once something of theirs has happened; they stand in the source so.
LATER = {'wissel_offers_total', 'wissel_radar_alarms'}
SOURCE = ROOT / 'metrics/service/prometheus.cc'
RECORDED = re.compile(r'\bwissel:[a-z0-9_:]+\b')


def figures_of_a_server():
    """Names in /metrics of a sample center that has taken one item."""
    with tempfile.TemporaryDirectory() as data:
        server = subprocess.Popen([BINARY, 'serve', '--config', ROOT / 'deploy/sample/center.yaml', '--data', data,
                                   '--http', '127.0.0.1:0', '--grpc', '127.0.0.1:0', '--demo'],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            http = re.search(r'http=(\S+)', server.stdout.readline()).group(1)
            token = subprocess.run([BINARY, 'token', '--data', data, '--role', 'admin'], check=True,
                                   capture_output=True, text=True).stdout.strip()
            request = urllib.request.Request(
                f'http://{http}/wissel.v1.WorkService/CreateWorkItem',
                b'{"workItem": {"queue": "queues/phone-nl"}, "requestId": "one"}',
                {'Authorization': f'Bearer {token}', 'Content-Type': 'application/json'})
            urllib.request.urlopen(request).read()
            text = urllib.request.urlopen(f'http://{http}/metrics').read().decode()
        finally:
            server.terminate()
            server.communicate()
    families = set(re.findall(r'^# TYPE (\S+)', text, re.M))
    histograms = re.findall(r'^# TYPE (\S+) histogram', text, re.M)
    return families | {name + end for name in histograms for end in ('_bucket', '_sum', '_count')}


def expressions(dashboard):
    for panel in dashboard['panels']:
        for target in panel.get('targets', []):
            yield panel['title'], target['expr']
    for variable in dashboard['templating']['list']:
        if variable['type'] == 'query':
            yield variable['name'], variable['query']


class Alerts(unittest.TestCase):
    def promtool(self, *arguments):
        done = subprocess.run([PROMTOOL, *arguments], capture_output=True, text=True, cwd=RULES.parent)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_the_rules_are_well_formed(self):
        self.promtool('check', 'rules', RULES.name)

    def test_each_fires_when_it_should(self):
        self.promtool('test', 'rules', RULE_TESTS.name)
        tested = set(re.findall(r'alertname: (\w+)', RULE_TESTS.read_text()))
        self.assertEqual(set(re.findall(r'alert: (\w+)', RULES.read_text())), tested)

    def test_each_has_its_place_in_the_runbook(self):
        headings = {line.removeprefix('## ') for line in RUNBOOK.read_text().splitlines() if line.startswith('## ')}
        for alert in re.findall(r'alert: (\w+)', RULES.read_text()):
            self.assertIn(alert, headings)
            self.assertIn(f'docs/operating/alerts.md#{alert.lower()}', RULES.read_text())

    def test_every_figure_named_is_there(self):
        there = figures_of_a_server()
        for name in LATER:
            self.assertIn(f'"{name}"', SOURCE.read_text())
        recorded = set(re.findall(r'record: (\S+)', RULES.read_text()))
        named = {RULES.name: RULES.read_text()}
        for path in DASHBOARDS:
            named[path.name] = '\n'.join(expr for _, expr in expressions(json.loads(path.read_text())))
        for where, text in named.items():
            with self.subTest(where):
                self.assertTrue(FIGURE.search(text))
                self.assertEqual(set(), set(FIGURE.findall(text)) - there - LATER)
                self.assertEqual(set(), set(RECORDED.findall(text)) - recorded)


class Dashboards(unittest.TestCase):
    def test_there_are_two(self):
        self.assertEqual(['wissel-operator.json', 'wissel-team-manager.json'], [path.name for path in DASHBOARDS])

    def test_each_is_whole_and_tied_to_no_data_source(self):
        for path in DASHBOARDS:
            with self.subTest(path.name):
                dashboard = json.loads(path.read_text())
                self.assertIsNone(dashboard.get('id'))
                self.assertIn('datasource', [v['type'] for v in dashboard['templating']['list']])
                ids = [panel['id'] for panel in dashboard['panels']]
                self.assertEqual(len(ids), len(set(ids)))
                for panel in dashboard['panels']:
                    self.assertEqual('${datasource}', panel['datasource']['uid'], panel['title'])
                    self.assertTrue(panel['fieldConfig']['defaults']['unit'], panel['title'])
                    self.assertTrue(panel['description'], panel['title'])

    def test_no_two_panels_lie_over_each_other(self):
        for path in DASHBOARDS:
            taken = set()
            for panel in json.loads(path.read_text())['panels']:
                at = panel['gridPos']
                cells = {(x, y) for x in range(at['x'], at['x'] + at['w']) for y in range(at['y'], at['y'] + at['h'])}
                self.assertEqual(set(), cells & taken, f'{path.name}: {panel["title"]}')
                self.assertLessEqual(at['x'] + at['w'], 24)
                taken |= cells


BINARY = sys.argv.pop(1)
unittest.main(verbosity=2)
