#include "server/cli_pages.h"

#include <string_view>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace wissel::server {
namespace {

// Visits `app` and all below it, each with its words: "wissel journal dump".
template <class Visit>
void ForEachCommand(const CLI::App& app, const std::string& words, const Visit& visit) {
  visit(app, words);
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    ForEachCommand(*command, words + " " + command->get_name(), visit);
  }
}

// Text that troff takes as it stands.
std::string Troff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

// A description of several lines may hold a table: its lines stay as they are.
std::string Paragraph(std::string_view text) {
  if (text.find("\n ") == text.npos) return Troff(text) + "\n";
  std::string out = ".nf\n";
  for (absl::string_view line : absl::StrSplit(std::string(text), '\n')) {
    out += line.empty() ? ".sp\n" : Troff(std::string(line)) + "\n";
  }
  return out + ".fi\n";
}

std::string OptionLine(const CLI::Option& option) {
  if (option.get_positional()) return "\\fI" + Troff(option.get_name(true)) + "\\fR";
  std::string line = "\\fB" + Troff(option.get_name(false, true)) + "\\fR";
  if (option.get_type_size() != 0) line += " \\fI" + Troff(option.get_type_name()) + "\\fR";
  return line;
}

std::string OptionHelp(const CLI::Option& option) {
  std::string help = option.get_description();
  if (!option.get_default_str().empty()) help += fmt::format(" [{}]", option.get_default_str());
  if (!option.get_envname().empty()) help += fmt::format(" (or in ${})", option.get_envname());
  return help;
}

std::string OptionsOf(const CLI::App& app) {
  std::string out;
  for (const CLI::Option* option : app.get_options()) {
    if (option->check_lname("help")) continue;
    out += ".TP\n" + OptionLine(*option) + "\n" + Paragraph(OptionHelp(*option));
  }
  return out;
}

constexpr std::string_view kManualEnd = R"(.SH EXIT STATUS
0: done. 1: it failed, and standard error says why. 2: wrong use.
.SH FILES
.TP
.I /etc/wissel/center.yaml
The configuration of the packaged service.
.TP
.I /var/lib/wissel
Its data, of the user wissel alone.
.SH SEE ALSO
.BR systemctl (1),
.BR systemd.exec (5)
.PP
/usr/share/doc/wissel
)";

// Single quotes of bash.
std::string Quoted(const std::string& text) { return "'" + text + "'"; }

std::string WordsAfter(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : app.get_subcommands(nullptr)) words += command->get_name() + " ";
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  if (!words.empty()) words.pop_back();
  return words;
}

// The values of an option with a list of them: CLI11 shows it as {a,b,c} in its type.
std::string ValuesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  const size_t end = type.find('}', begin);
  if (begin == type.npos || end == type.npos) return "";
  std::string values = type.substr(begin + 1, end - begin - 1);
  for (char& c : values) c = c == ',' ? ' ' : c;
  return values;
}

}  // namespace

std::string ManualPage(const CLI::App& app) {
  std::string out = fmt::format(
      ".TH WISSEL 1 \"\" \"{}\" \"User Commands\"\n.SH NAME\nwissel \\- routes the work of a "
      "contact center to people by skill\n.SH SYNOPSIS\n.B wissel\n.I command\n[\\fIoption\\fR "
      "...]\n.SH DESCRIPTION\n{}\n.SH COMMANDS\n",
      Troff(app.version()), Paragraph(app.get_description()));
  ForEachCommand(app, app.get_name(), [&](const CLI::App& command, const std::string& words) {
    if (&command == &app) return;
    out += ".SS " + Troff(words) + "\n" + Paragraph(command.get_description()) + OptionsOf(command);
  });
  return out + std::string(kManualEnd);
}

std::string BashCompletion(const CLI::App& app) {
  std::string paths, words, values;
  ForEachCommand(app, app.get_name(), [&](const CLI::App& command, const std::string& path) {
    if (&command != &app)
      paths += fmt::format("      {}) path={} ;;\n", Quoted(path), Quoted(path));
    words += fmt::format("    {}) words={} ;;\n", Quoted(path), Quoted(WordsAfter(command)));
    for (const CLI::Option* option : command.get_options()) {
      if (option->get_positional()) continue;
      const std::string list = ValuesOf(*option);
      if (list.empty()) continue;
      values += fmt::format("    {}) words={} ;;\n",
                            Quoted(path + " " + option->get_name(false, false)), Quoted(list));
    }
  });
  return fmt::format(R"(# bash completion of wissel(1), printed by `wissel print completion`.
_wissel() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} path=wissel word words=
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$path $word" in
{}    esac
  done
  case "$path" in
{}  esac
  case "$path $before" in
{}  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -o bashdefault -F _wissel wissel
)",
                     paths, words, values);
}

}  // namespace wissel::server
