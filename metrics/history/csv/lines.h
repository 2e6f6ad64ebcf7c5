// The lines of a text file that comes in pieces of any size, and the cells of a line.
//
// What programs write at the beginning of a file is understood: the marks of UTF-8 and of UTF-16
// (either order; it is turned into UTF-8). Lines end by LF, CR LF, or, where the first one does, by
// CR. Memory: one piece and one line. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wissel::metrics {

class Lines {
 public:
  enum class Encoding : uint8_t { kUtf8, kUtf16LittleEndian, kUtf16BigEndian };
  static constexpr size_t kLongest = 1 << 20;  // bytes of a line

  void Feed(std::string_view bytes);
  // There are no more bytes: what stands behind the last line end is a line.
  void End() { ended_ = true; }

  // False: none yet, or none any more. The line lives until the next call of Feed.
  bool Next(std::string_view& line);
  // Of the line that Next gave last; the first is 1.
  uint64_t number() const { return number_; }
  // A line longer than kLongest: there is nothing to be read any more.
  bool too_long() const { return too_long_; }
  Encoding encoding() const { return encoding_; }

 private:
  void Recognize();
  void AppendUtf16(std::string_view bytes);

  std::string raw_;  // bytes before the encoding is known, or half a UTF-16 unit
  std::string text_;
  size_t at_ = 0;
  uint64_t number_ = 0;
  char end_of_line_ = '\0';  // not known yet
  uint32_t high_surrogate_ = 0;
  bool recognized_ = false;
  bool ended_ = false;
  bool too_long_ = false;
  Encoding encoding_ = Encoding::kUtf8;
};

// Cuts a line at the separators that do not stand in quotes. Spaces around a cell are not part of
// it; a quote in quotes is written twice. The cells live as long as `line` and `unquoted`. False: a
// quote is not closed; a quoted cell cannot go on in the next line.
bool SplitCells(std::string_view line, char separator, std::vector<std::string_view>& cells,
                std::string& unquoted);

// As UTF-8: what is none already is taken for Windows-1252, the Latin-1 of most programs.
std::string ToUtf8(std::string_view text);

}  // namespace wissel::metrics
