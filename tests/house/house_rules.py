"""The rules of the house. Each takes the tree (path -> text) and returns what is against the rule, one
sentence each, with the file. Nothing here reads a file: house_test.py brings the tree."""
import posixpath
import re

import cpp_text

MOST_LINES_OF_FILE = 500
MOST_LINES_OF_FUNCTION = 70

# What a core room must not know: clocks, threads, files, sockets, dice, the environment, the wire.
_IMPURE = re.compile(
    r'<(thread|chrono|random|iostream|fstream|ostream|istream|iomanip|filesystem|mutex|'
    r'shared_mutex|condition_variable|atomic|future|stop_token|semaphore|ctime|time\.h|sys/.*|'
    r'unistd\.h|fcntl\.h|locale|cstdio)>|"(google/|grpc|wissel/v1/|absl/time|absl/synchronization|'
    r'absl/random|sqlite3|base/runtime/|base/rpc/)')
_INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])', re.M)
_HASHED = re.compile(r'\b(?:unordered_(?:multi)?(?:map|set)|(?:flat|node)_hash_(?:map|set))<[^;]*?>\s+(\w+)\s*;')


def is_cpp(path):
    return path.endswith(('.cc', '.h'))


def rooms_of(layers):
    return [line.strip() for line in layers.splitlines() if line.strip() and line[0] != '#']


def room_of(path, rooms):
    """The room that a path lies in: the longest that holds it."""
    if path.startswith('wissel/v1/'):
        return 'proto'
    return max((r for r in rooms if path.startswith(r + '/')), key=len, default=None)


def _sources(tree):
    return {p: t for p, t in tree.items() if is_cpp(p) and not p.startswith('tests/')}


def includes(text):
    return [m.group(1) for m in _INCLUDE.finditer(text)]


def layer_faults(tree, rooms):
    faults = []
    for path, text in _sources(tree).items():
        room = room_of(path, rooms)
        if room is None:
            faults.append(f'{path} lies in no room of tests/house/layers.txt')
            continue
        for include in includes(text):
            other = room_of(include[1:-1], rooms) if include[0] == '"' else None
            if other is not None and rooms.index(other) > rooms.index(room):
                faults.append(f'{path} includes {include}: {room} stands before {other}')
    return faults


def purity_faults(tree):
    faults = []
    for path, text in _sources(tree).items():
        if '/core/' not in path:
            continue
        faults += [f'{path} includes {i}: a core room is pure' for i in includes(text) if _IMPURE.match(i)]
    return faults


def iteration_faults(tree):
    """A hashed container in a core room may be asked, never walked through."""
    faults = []
    core = {p: cpp_text.bare(t) for p, t in _sources(tree).items() if '/core/' in p}
    for path, text in core.items():
        for name in _HASHED.findall(text):
            walk = re.compile(rf'for\s*\([^;)]*:\s*[\w.>-]*\b{name}\)|\b{name}\s*\.\s*(?:begin|cbegin)\s*\(')
            room = path.rsplit('/', 1)[0]
            faults += [f'{other} walks through {name}, whose order is that of a hash'
                       for other, code in core.items() if other.startswith(room) and walk.search(code)]
    return faults


def sizes(tree):
    """{"path" or "path function": lines} of what is over the measure."""
    large = {}
    for path, text in tree.items():
        if not path.endswith(('.cc', '.h', '.ts', '.svelte', '.py', '.mjs')):
            continue
        lines = text.count('\n')
        if lines > MOST_LINES_OF_FILE:
            large[path] = lines
        if is_cpp(path):
            for name, _, length in cpp_text.functions(text):
                if length > MOST_LINES_OF_FUNCTION:
                    large[f'{path} {name}'] = length
    return large


def size_faults(tree, allowed_text):
    allowed = {}
    for line in allowed_text.splitlines():
        if line.strip() and line[0] != '#':
            what, lines = line.rsplit(' ', 1)
            allowed[what] = int(lines)
    large = sizes(tree)
    faults = [f'{what} has {lines} lines, and had {allowed[what]}' if what in allowed
              else f'{what} has {lines} lines: over the measure'
              for what, lines in large.items() if lines > allowed.get(what, 0)]
    faults += [f'{what} stands in tests/house/sizes.txt and fits now: take it off'
               for what in allowed if what not in large]
    faults += [f'{what} has shrunk to {large[what]}: say so in tests/house/sizes.txt'
               for what in allowed if what in large and large[what] < allowed[what]]
    return faults


_LIBRARY = re.compile(r'\b(?:wissel_library|add_library)\(\s*(wissel_\w+)([^)]*)\)')
_LINKED = re.compile(r'target_link_libraries\(\s*(wissel_\w+)([^)]*)\)')


def cmake_faults(tree, rooms):
    """Each room with code has one library, which links only rooms before it."""
    faults, room_of_library, links = [], {}, []
    for room in rooms:
        text = re.sub(r'#.*', '', tree.get(f'{room}/CMakeLists.txt', ''))
        libraries = _LIBRARY.findall(text)
        has_code = any(p.rsplit('/', 1)[0] == room for p in _sources(tree))
        if has_code and len(libraries) != 1:
            faults.append(f'{room}/CMakeLists.txt declares {len(libraries)} libraries: one per folder')
        for name, body in libraries:
            room_of_library[name] = room
            links += [(room, other) for other in re.findall(r'\bwissel_\w+', body)]
        links += [(room, other) for _, body in _LINKED.findall(text)
                  for other in re.findall(r'\bwissel_\w+', body)]
    for room, library in links:
        other = room_of_library.get(library)
        if other is not None and rooms.index(other) > rooms.index(room):
            faults.append(f'{room}/CMakeLists.txt links {library}: {room} stands before {other}')
    return faults


def readme_faults(tree, rooms):
    """Every room with code has a page about itself."""
    return [f'{room} has no README.md' for room in rooms
            if any(p.rsplit('/', 1)[0] == room for p in _sources(tree)) and f'{room}/README.md' not in tree]


def event_faults(tree):
    variant = re.search(r'using EventBody\s*=\s*std::variant<([^;]*)>;', tree['router/core/event.h'])
    if variant is None:
        return ['router/core/event.h does not list its events as EventBody']
    told = tree.get('docs/LIFE_OF_A_CONTACT.md', '') + tree.get('docs/GLOSSARY.md', '')
    return [f'{event} stands neither in docs/LIFE_OF_A_CONTACT.md nor in docs/GLOSSARY.md'
            for event in re.findall(r'\w+', variant.group(1)) if not re.search(rf'\b{event}\b', told)]


_MARKUP = re.compile(r'\{@html|\b(?:innerHTML|outerHTML|srcdoc)\s*=[^=]|\binsertAdjacentHTML\b|\bdocument\.write|'
                     r'\bparseFromString\b|\bcreateContextualFragment\b|\beval\(|\bnew Function\b|\bcreatePolicy\(')
# The one maker of markup, and the frame that shows what it made.
_MAKERS = {'web/src/desk/mail/trusted.ts', 'web/src/desk/mail/FormattedMail.svelte'}


def markup_faults(tree):
    """Text becomes markup or script nowhere on the pages but in the one place for it."""
    return [f'{path} makes markup of text: {found.group(0).strip()}' for path, text in tree.items()
            if path.startswith('web/src/') and path not in _MAKERS for found in _MARKUP.finditer(text)]


_LINK = re.compile(r'\[[^\]]*\]\(([^)\s]+)(?:\s+"[^"]*")?\)')


def _anchor(heading):
    heading = re.sub(r'[`*_]', '', heading.strip().lower())
    return re.sub(r'[^\w\- ]', '', heading).replace(' ', '-')


def link_faults(tree, paths):
    """Links between our pages lead somewhere. `paths`: every file and folder."""
    faults = []
    for path, text in tree.items():
        if not path.endswith('.md'):
            continue
        text = re.sub(r'```.*?```', '', text, flags=re.S)
        for link in _LINK.findall(text):
            if re.match(r'[a-z]+:', link):
                continue
            target, _, anchor = link.partition('#')
            full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)) if target else path
            if full not in paths:
                faults.append(f'{path} links to {link}, which is not there')
            elif anchor and full.endswith('.md'):
                headings = re.findall(r'^#+\s+(.*)$', tree.get(full, ''), re.M)
                if anchor not in [_anchor(h) for h in headings]:
                    faults.append(f'{path} links to {link}: no such heading')
    return faults
