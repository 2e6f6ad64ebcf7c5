#!/usr/bin/env python3
"""Holds the house to its rules, and the rules to made-up houses that break them.

    python3 tests/house/house_test.py
"""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import cpp_text  # noqa: E402
import house_rules as rules  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]


def read_tree():
    """path -> text of every file that is ours: known to git, or new and not ignored."""
    listed = subprocess.run(['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
                            cwd=ROOT, check=True, capture_output=True).stdout.decode().split('\0')
    tree = {}
    for path in filter(None, listed):
        file = ROOT / path
        if file.suffix in ('.cc', '.h', '.md', '.txt', '.cmake', '.ts', '.svelte', '.py', '.mjs', '.proto') \
                and file.is_file():
            tree[path] = file.read_text(encoding='utf-8')
    folders = {str(parent) for path in listed if path for parent in pathlib.PurePosixPath(path).parents}
    return tree, {path for path in listed if (ROOT / path).exists()} | folders


class TheHouse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tree, cls.paths = read_tree()
        cls.rooms = rules.rooms_of(cls.tree['tests/house/layers.txt'])

    def holds(self, faults):
        if faults:
            self.fail('\n' + '\n'.join(sorted(faults)))

    def test_rooms_include_leftwards_only(self):
        self.holds(rules.layer_faults(self.tree, self.rooms))

    def test_core_rooms_are_pure(self):
        self.holds(rules.purity_faults(self.tree))

    def test_no_core_depends_on_the_order_of_a_hash(self):
        self.holds(rules.iteration_faults(self.tree))

    def test_files_and_functions_keep_their_measure(self):
        self.holds(rules.size_faults(self.tree, self.tree['tests/house/sizes.txt']))

    def test_each_folder_is_one_library_that_links_leftwards(self):
        self.holds(rules.cmake_faults(self.tree, self.rooms))

    def test_every_room_has_its_page(self):
        self.holds(rules.readme_faults(self.tree, self.rooms))

    def test_every_event_is_told(self):
        self.holds(rules.event_faults(self.tree))

    def test_text_stays_text_on_the_pages(self):
        self.holds(rules.markup_faults(self.tree))

    def test_links_are_alive(self):
        self.holds(rules.link_faults(self.tree, self.paths))


class TheRules(unittest.TestCase):
    ROOMS = ['base', 'proto', 'router/core', 'router/service', 'server']

    def test_an_include_to_the_right_is_found(self):
        tree = {'router/core/a.cc': '#include "router/service/b.h"\n', 'base/x.h': '#include <vector>\n',
                'server/main.cc': '#include "router/core/a.h"\n'}
        self.assertEqual(['router/core/a.cc includes "router/service/b.h": router/core stands before '
                          'router/service'], rules.layer_faults(tree, self.ROOMS))

    def test_code_outside_the_rooms_is_found(self):
        self.assertEqual(['attic/a.cc lies in no room of tests/house/layers.txt'],
                         rules.layer_faults({'attic/a.cc': ''}, self.ROOMS))

    def test_impure_cores_are_found(self):
        for include in ('<thread>', '<chrono>', '<random>', '"grpcpp/grpcpp.h"', '"wissel/v1/work.pb.h"'):
            self.assertEqual(1, len(rules.purity_faults({'router/core/a.h': f'#include {include}\n'})), include)
        self.assertEqual([], rules.purity_faults({'router/service/a.h': '#include <thread>\n'}))

    def test_a_walk_through_a_hash_is_found(self):
        header = 'class A {\n  absl::flat_hash_map<Key, Id> ids_;\n};\n'
        quiet = {'router/core/a.h': header, 'router/core/a.cc': 'x = ids_.find(k); y = ids_.end();\n'}
        self.assertEqual([], rules.iteration_faults(quiet))
        for walk in ('for (auto& [k, v] : ids_) {}', 'auto it = ids_.begin();'):
            loud = {'router/core/a.h': header, 'router/core/a.cc': walk}
            self.assertEqual(1, len(rules.iteration_faults(loud)), walk)

    def test_sizes_are_a_ratchet(self):
        long_function = 'int F(int a) {\n' + '  ++a;\n' * 75 + '}\n'
        tree = {'base/a.cc': long_function}
        self.assertEqual(['base/a.cc F has 77 lines: over the measure'], rules.size_faults(tree, ''))
        self.assertEqual([], rules.size_faults(tree, 'base/a.cc F 77\n'))
        self.assertEqual(['base/a.cc F has 77 lines, and had 71'], rules.size_faults(tree, 'base/a.cc F 71\n'))
        self.assertEqual(['base/a.cc F has shrunk to 77: say so in tests/house/sizes.txt'],
                         rules.size_faults(tree, 'base/a.cc F 90\n'))
        self.assertEqual(['base/a.cc F stands in tests/house/sizes.txt and fits now: take it off'],
                         rules.size_faults({}, 'base/a.cc F 90\n'))

    def test_functions_are_seen_through_braces_strings_and_lambdas(self):
        text = ('namespace a {\nclass B {\n public:\n  B() : x_{1} {\n  }\n  int Get() const { return x_; }\n'
                '  // }\n  const char* s = "{";\n};\nvoid B::Run() {\n  auto f = [](int i) {\n    return i;\n'
                '  };\n  if (f(1)) {\n  }\n}\n}\n')
        self.assertEqual([('Get', 1), ('B::Run', 7)],
                         [(n, length) for n, _, length in cpp_text.functions(text) if n != 'B'])

    def test_a_link_to_the_right_in_cmake_is_found(self):
        tree = {'router/core/CMakeLists.txt': 'wissel_library(wissel_core SOURCES a.cc DEPS wissel_service)',
                'router/service/CMakeLists.txt': 'wissel_library(wissel_service SOURCES b.cc DEPS wissel_core)',
                'router/core/a.cc': '', 'router/service/b.cc': ''}
        self.assertEqual(['router/core/CMakeLists.txt links wissel_service: router/core stands before '
                          'router/service'], rules.cmake_faults(tree, self.ROOMS))
        del tree['router/service/CMakeLists.txt']
        self.assertIn('router/service/CMakeLists.txt declares 0 libraries: one per folder',
                      rules.cmake_faults(tree, self.ROOMS))

    def test_an_untold_event_is_found(self):
        tree = {'router/core/event.h': 'using EventBody = std::variant<ItemEntered, ItemLost>;',
                'docs/GLOSSARY.md': '`ItemEntered`: ...'}
        self.assertEqual(['ItemLost stands neither in docs/LIFE_OF_A_CONTACT.md nor in docs/GLOSSARY.md'],
                         rules.event_faults(tree))

    def test_markup_of_text_is_found(self):
        tree = {'web/src/a.svelte': '<p>{@html text}</p>', 'web/src/b.ts': 'element.innerHTML = text;',
                'web/src/c.ts': 'const html = element.innerHTML; if (a.srcdoc === b) return;',
                'web/src/desk/mail/trusted.ts': 'template.innerHTML = made(html);'}
        self.assertEqual(['web/src/a.svelte makes markup of text: {@html',
                          'web/src/b.ts makes markup of text: innerHTML ='], rules.markup_faults(tree))

    def test_dead_links_are_found(self):
        tree = {'docs/A.md': '[b](B.md) [c](../base/) [d](C.md) [e](B.md#two-words) [f](B.md#none)\n'
                             '[out](https://example.org) [g](#top)\n# Top\n',
                'docs/B.md': '## Two words\n'}
        paths = {'docs/A.md', 'docs/B.md', 'docs', 'base'}
        self.assertEqual(['docs/A.md links to C.md, which is not there',
                          'docs/A.md links to B.md#none: no such heading'], rules.link_faults(tree, paths))


if __name__ == '__main__':
    unittest.main()
