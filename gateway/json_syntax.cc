#include "gateway/json_syntax.h"

#include <cstdint>

#include "base/status.h"
#include "fmt/format.h"

namespace wissel::gateway {
namespace {

constexpr int kDeepest = 100;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  absl::Status Check() {
    SkipSpace();
    if (!Value(0) || !End()) return Refusal();
    return absl::OkStatus();
  }

 private:
  bool Value(int depth) {
    if (depth > kDeepest) return Fail("nested deeper than 100 levels");
    switch (Peek()) {
      case '{':
        return Object(depth);
      case '[':
        return Array(depth);
      case '"':
        return String();
      case 't':
        return Word("true");
      case 'f':
        return Word("false");
      case 'n':
        return Word("null");
      default:
        return Number();
    }
  }

  bool Object(int depth) {
    ++at_;
    SkipSpace();
    if (Take('}')) return true;
    do {
      SkipSpace();
      if (Peek() != '"') return Fail("expected a field name in double quotes");
      if (!String()) return false;
      SkipSpace();
      if (!Take(':')) return Fail("expected ':'");
      SkipSpace();
      if (!Value(depth + 1)) return false;
      SkipSpace();
    } while (Take(','));
    return Take('}') || Fail("expected ',' or '}'");
  }

  bool Array(int depth) {
    ++at_;
    SkipSpace();
    if (Take(']')) return true;
    do {
      SkipSpace();
      if (!Value(depth + 1)) return false;
      SkipSpace();
    } while (Take(','));
    return Take(']') || Fail("expected ',' or ']'");
  }

  bool String() {
    const size_t start = at_++;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') return ++at_, true;
      if (static_cast<unsigned char>(c) < 0x20) return Fail("a control character must be escaped");
      ++at_;
      if (c == '\\' && !Escape()) return false;
    }
    at_ = start;
    return Fail("this string does not end");
  }

  bool Escape() {
    const char c = Peek();
    if (c == 'u') {
      for (int i = 1; i <= 4; ++i) {
        if (at_ + i >= text_.size() || !IsHexDigit(text_[at_ + i])) {
          return Fail("expected four hexadecimal digits after \\u");
        }
      }
      at_ += 5;
      return true;
    }
    if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) {
      return Fail("not an escape that JSON knows");
    }
    ++at_;
    return true;
  }

  bool Number() {
    const size_t start = at_;
    Take('-');
    if (Take('0')) {
    } else if (!Digits()) {
      at_ = start;
      return Fail("expected a value");
    }
    if (Take('.') && !Digits()) return Fail("expected a digit");
    if (Take('e') || Take('E')) {
      if (!Take('+')) Take('-');
      if (!Digits()) return Fail("expected a digit");
    }
    return true;
  }

  bool Digits() {
    const size_t start = at_;
    while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
    return at_ > start;
  }

  bool Word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return Fail("expected a value");
    at_ += word.size();
    return true;
  }

  bool End() {
    SkipSpace();
    return at_ == text_.size() || Fail("expected the end of the text");
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool Fail(const char* why) {
    why_ = why;
    return false;
  }

  absl::Status Refusal() const {
    size_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
      if (text_[i] != '\n') continue;
      ++line;
      line_start = i + 1;
    }
    return RefuseField(
        "",
        fmt::format("the body is not JSON: line {}, column {}: {}", line, at_ - line_start + 1,
                    at_ >= text_.size() ? "the text ends too early" : why_),
        "a JSON object as RFC 8259 has it");
  }

  std::string_view text_;
  size_t at_ = 0;
  const char* why_ = "";
};

}  // namespace

absl::Status CheckJsonSyntax(std::string_view text) { return Checker(text).Check(); }

}  // namespace wissel::gateway
