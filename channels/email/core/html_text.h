// The text of a mail that has HTML alone: what a reader would see, without markup. Blocks become
// lines, list items get a dash, the target of a link follows its words, whitespace is collapsed
// outside <pre>; scripts, styles, comments and what a head holds are left out. It lays nothing
// out: a table is a line for each row.
//
// Pure, in one pass over any bytes; the text is never longer than three times the HTML.
#pragma once

#include <string>
#include <string_view>

namespace wissel::email {

// `html` is UTF-8.
std::string TextOfHtml(std::string_view html);

}  // namespace wissel::email
