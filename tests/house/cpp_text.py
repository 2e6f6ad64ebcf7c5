"""C++ text as the house rules see it: without comments and literals, and cut into functions."""
import re

_LITERAL = re.compile(
    r'R"(?P<tag>[^()\s\\]*)\((?:.|\n)*?\)(?P=tag)"'  # raw string
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'"  # not a digit separator
    r'|//[^\n]*|/\*(?:.|\n)*?\*/')


def bare(text):
    """The text with comments and literals blanked out; lines stay where they are."""
    return _LITERAL.sub(lambda m: re.sub(r'[^\n]', ' ', m.group(0)), text)


_NOT_A_FUNCTION = re.compile(
    r'^\s*(?:inline\s+|export\s+)*(namespace|class|struct|union|enum|extern)\b|'
    r'^\s*(?:else|do|try)\s*$|^\s*(?:if|for|while|switch|catch)\b')
_NAME = re.compile(r'([~\w:]+|operator\s*\S+)\s*\(')


def functions(text):
    """(name, first line, number of lines) of each function with a body, lambdas not counted apart."""
    text = bare(text)
    text = re.sub(r'^[ \t]*#(?:.*\\\n)*.*$', '', text, flags=re.M)
    found, stack, head = [], [], ''
    line = 1
    for char in text:
        if char == '\n':
            line += 1
        if char == '{':
            inside = any(kind == 'function' for kind, _, _ in stack)
            kind = 'block'
            if not inside and '(' in head and not _NOT_A_FUNCTION.search(head.strip()) \
                    and '=' not in head.split('(')[0].replace('operator=', ''):
                kind = 'function'
            names = _NAME.findall(head)
            stack.append((kind, names[0] if names else '', line))
            head = ''
        elif char == '}':
            if stack:
                kind, name, first = stack.pop()
                if kind == 'function':
                    found.append((name, first, line - first + 1))
            head = ''
        elif char == ';':
            head = ''
        else:
            head += char
    return found
