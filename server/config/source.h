// Where in a configuration file each field stands, and what is wrong with it.
//
// Paths are those of the message that the file becomes, in JSON names:
// "center.queues[3].answerWithin". Not thread-safe; one per file read.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wissel::config {

struct Problem {
  int line = 0;  // from 1
  std::string message;
  std::string right;  // what would be right; may be empty

  // "center.yaml:12: unknown key; did you mean ...".
  std::string Text(std::string_view file) const;
};

// "center.queues[3].answerWithin" as it is written in the file: "center.queues[3].answer_within".
std::string InFileWords(std::string_view path);

class LineMap {
 public:
  void Add(std::string path, int line) { lines_.emplace(std::move(path), line); }
  // Of the field, or of the nearest one around it; 1 when nothing is known.
  int LineOf(std::string_view path) const;

 private:
  std::map<std::string, int, std::less<>> lines_;
};

}  // namespace wissel::config
