#!/usr/bin/env python3
"""Writes the dashboards: wissel-operator.json and wissel-team-manager.json, beside this file. Run it after a change."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
QUEUES = 'instance=~"$instance", queue=~"$queue"'
NODE = 'instance=~"$instance"'


def variable(name, query):
    return {'name': name, 'type': 'query', 'query': query, 'datasource': {'type': 'prometheus', 'uid': '${datasource}'},
            'multi': True, 'includeAll': True, 'current': {'text': 'All', 'value': '$__all'}, 'refresh': 2, 'sort': 1}


def panel(title, unit, description, *targets, kind='timeseries'):
    return {'title': title, 'type': kind, 'description': description,
            'datasource': {'type': 'prometheus', 'uid': '${datasource}'},
            'fieldConfig': {'defaults': {'unit': unit, 'min': 0}, 'overrides': []},
            'targets': [{'refId': chr(ord('A') + i), 'expr': expr, 'legendFormat': legend}
                        for i, (expr, legend) in enumerate(targets)]}


def dashboard(uid, title, panels):
    for i, each in enumerate(panels):
        each['id'] = i + 1
        each['gridPos'] = {'x': i % 2 * 12, 'y': i // 2 * 8, 'w': 12, 'h': 8}
    return {'uid': uid, 'title': title, 'tags': ['wissel'], 'schemaVersion': 38, 'editable': True, 'refresh': '30s',
            'time': {'from': 'now-6h', 'to': 'now'}, 'timezone': 'browser', 'panels': panels,
            'templating': {'list': [
                {'name': 'datasource', 'type': 'datasource', 'query': 'prometheus', 'current': {}},
                variable('instance', 'label_values(wissel_build_info, instance)'),
                variable('queue', 'label_values(wissel_waiting_items{instance=~"$instance"}, queue)')]}}


def quantile(share, name, by=''):
    return (f'histogram_quantile({share}, sum by (le{by}) '
            f'(rate({name}_bucket{{{QUEUES if by else NODE}}}[$__rate_interval])))')


OPERATOR = dashboard('wissel-operator', 'Wissel: operator', [
    panel('Takes work', 'bool_yes_no', 'No: the journal cannot be written, and new work is refused.',
          (f'wissel_journal_writable{{{NODE}}}', '{{instance}}'), kind='stat'),
    panel('Version', 'none', 'Which build runs where.', (f'wissel_build_info{{{NODE}}}', '{{instance}} {{version}}'),
          kind='stat'),
    panel('Requests by answer', 'reqps', 'Unary calls of all doors, by the code of their answer.',
          (f'sum by (code) (rate(wissel_requests_total{{{NODE}}}[$__rate_interval])) > 0', '{{code}}')),
    panel('Requests that failed', 'percentunit', 'By the fault of the server, of all, over five minutes.',
          (f'wissel:requests_failed:ratio_rate5m{{{NODE}}}', '{{instance}}')),
    panel('Inbox', 'short', 'Commands that wait for the sequencer; at 20,000 they are refused.',
          (f'wissel_inbox_depth{{{NODE}}}', '{{instance}}')),
    panel('Commit', 's', 'Time to make one batch durable: what the disk takes.',
          (quantile(0.5, 'wissel_journal_commit_seconds'), 'half within'),
          (quantile(0.99, 'wissel_journal_commit_seconds'), '99 % within')),
    panel('Decision', 's', 'Time to decide one command.',
          (quantile(0.5, 'wissel_decision_seconds'), 'half within'),
          (quantile(0.99, 'wissel_decision_seconds'), '99 % within')),
    panel('Events', 'ops', 'Events made durable each second.',
          (f'rate(wissel_journal_sequence{{{NODE}}}[$__rate_interval])', '{{instance}}')),
    panel('Live view behind the journal', 'short', 'Events that the live view has yet to count.',
          (f'wissel_journal_sequence{{{NODE}}} - wissel_board_sequence{{{NODE}}}', '{{instance}}')),
    panel('Batches', 'short', 'Events in one batch of the journal, on average.',
          (f'rate(wissel_journal_batch_events_sum{{{NODE}}}[$__rate_interval]) / '
           f'rate(wissel_journal_batch_events_count{{{NODE}}}[$__rate_interval])', '{{instance}}')),
])

MANAGER = dashboard('wissel-team-manager', 'Wissel: team manager', [
    panel('Waiting', 'short', 'Work items that wait or are being offered.',
          (f'sum by (queue) (wissel_waiting_items{{{QUEUES}}})', '{{queue}}')),
    panel('Agents', 'short', 'By presence.', (f'sum by (presence) (wissel_agents{{{NODE}}})', '{{presence}}')),
    panel('Answered in time', 'percentunit',
          'Of those whose answer was due, the part answered within the queue\'s objective, over half an hour.',
          ('1 - wissel:answers_late:ratio_rate30m{queue=~"$queue"}', '{{queue}}')),
    panel('Wait until the answer', 's', 'Nine of ten answered waited no longer.',
          (quantile(0.9, 'wissel_wait_seconds', ', queue'), '{{queue}}')),
    panel('Entered', 'short', 'Work items that entered, by the hour.',
          (f'sum by (queue) (rate(wissel_items_entered_total{{{QUEUES}}}[30m])) * 3600', '{{queue}}')),
    panel('Abandoned', 'percentunit', 'Of those that were answered or abandoned, over half an hour.',
          (f'sum by (queue) (rate(wissel_items_abandoned_total{{{QUEUES}}}[30m])) / (sum by (queue) '
           f'(rate(wissel_items_answered_total{{{QUEUES}}}[30m])) + sum by (queue) '
           f'(rate(wissel_items_abandoned_total{{{QUEUES}}}[30m])) > 0)', '{{queue}}')),
    panel('Offers not taken', 'percentunit', 'Declined or missed, of all offers, over half an hour.',
          (f'sum by (queue) (rate(wissel_offers_total{{{QUEUES}, outcome=~"declined|missed"}}[30m])) / '
           f'(sum by (queue) (rate(wissel_offers_total{{{QUEUES}, outcome="made"}}[30m])) > 0)', '{{queue}}')),
    panel('Alarms of the radar', 'short', 'Arrivals above or below what is expected, now.',
          (f'sum by (queue, direction) (wissel_radar_alarms{{{QUEUES}}})', '{{queue}} {{direction}}')),
])

for board in (OPERATOR, MANAGER):
    (HERE / f'{board["uid"]}.json').write_text(json.dumps(board, indent=1) + '\n')
