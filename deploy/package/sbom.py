#!/usr/bin/env python3
"""The software bill of materials of the package, in CycloneDX 1.5: the Debian packages whose libraries the
program loads, those whose headers or archives are compiled into it, and the npm packages of the web pages.

    sbom.py VERSION BINARY DEBIAN-PACKAGES.TXT PACKAGE-LOCK.JSON > sbom.cdx.json

The same input gives the same output: the serial number is made from it, and the time is SOURCE_DATE_EPOCH's.
"""
import base64
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import uuid


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loaded_libraries(binary):
    paths = re.findall(r'=> (/\S+)', run('ldd', binary)) + re.findall(r'^\s*(/\S+) \(', run('ldd', binary), re.M)
    return sorted({str(pathlib.Path(path).resolve()) for path in paths})


def packages_of(paths):
    """dpkg knows a library under / or /usr, which are one in a merged system."""
    candidates = {path.removeprefix('/usr'): path for path in paths}
    found = subprocess.run(['dpkg-query', '-S', *candidates, *('/usr' + path for path in candidates)],
                           capture_output=True, text=True).stdout
    owners = {path.removeprefix('/usr'): package.split(':')[0]
              for package, path in (line.split(': ') for line in found.splitlines())}
    for path in candidates:
        if path not in owners:
            sys.exit(f'sbom.py: no Debian package has {path}')
    return sorted(set(owners.values()))


def debian_components(packages, how):
    listed = run('dpkg-query', '-W', '-f=${Package}\t${Version}\t${Architecture}\t${source:Package}\n', *packages)
    for name, version, arch, source in sorted(set(tuple(line.split('\t')) for line in listed.splitlines())):
        purl = f'pkg:deb/debian/{name}@{urllib.parse.quote(version, safe="")}?arch={arch}&distro=debian-12'
        yield {'type': 'library', 'bom-ref': purl, 'name': name, 'version': version, 'purl': purl,
               'scope': 'required', 'properties': [{'name': 'debian:source', 'value': source},
                                                   {'name': 'wissel:use', 'value': how}]}


def npm_component(path, entry):
    name = path.split('node_modules/')[-1]
    purl = f'pkg:npm/{urllib.parse.quote(name, safe="/")}@{entry["version"]}'
    component = {'type': 'library', 'bom-ref': purl, 'name': name, 'version': entry['version'], 'purl': purl,
                 # Tools of the build, parts of which a bundler may have put into the pages.
                 'scope': 'optional' if entry.get('dev') else 'required'}
    if 'integrity' in entry:
        algorithm, digest = entry['integrity'].split(' ')[0].split('-', 1)
        component['hashes'] = [{'alg': algorithm.upper().replace('SHA', 'SHA-'),
                                'content': base64.b64decode(digest).hex()}]
    if 'license' in entry:
        component['licenses'] = [{'expression': entry['license']}]
    return component


def components(binary, packages, lock):
    loaded = packages_of(loaded_libraries(binary))
    listed = [line for line in packages.read_text().split('\n') if line.endswith('-dev')]
    found = [*debian_components(loaded, 'loaded'), *debian_components(sorted(listed), 'headers')]
    npm = {}
    for path, entry in sorted(json.loads(lock.read_text())['packages'].items()):
        if path:
            component = npm_component(path, entry)
            npm.setdefault(component['bom-ref'], component)
    return found + list(npm.values())


def main():
    version, binary, packages, lock = sys.argv[1:]
    parts = components(binary, pathlib.Path(packages), pathlib.Path(lock))
    made = datetime.datetime.fromtimestamp(int(os.environ.get('SOURCE_DATE_EPOCH', '0')), datetime.timezone.utc)
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([version, parts], sort_keys=True))
    wissel = f'pkg:deb/wissel/wissel@{version}'
    bom = {'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'serialNumber': f'urn:uuid:{serial}', 'version': 1,
           'metadata': {'timestamp': made.strftime('%Y-%m-%dT%H:%M:%SZ'),
                        'component': {'type': 'application', 'bom-ref': wissel, 'name': 'wissel', 'version': version,
                                      'purl': wissel, 'licenses': [{'license': {'id': 'Apache-2.0'}}]}},
           'components': parts,
           'dependencies': [{'ref': wissel, 'dependsOn': sorted(part['bom-ref'] for part in parts)}]}
    json.dump(bom, sys.stdout, indent=1, sort_keys=True)
    print()


main()
