// In which of the center's languages a text is written: Dutch, French, German or English, or not
// known.
//
// How: the text's words are compared with the most frequent small words of each language (about 60
// each, catalogue.txt). The language whose words are met most often is it, if they are at least 3
// and at least a tenth of all words, and half as many again as those of the next language. Quoted
// lines (">") and signatures (below "-- ") are left out. Pure; thread-safe.
//
// What it does not do: tell other languages apart. A Spanish or Turkish text is unknown, and a
// short one too: honest, where a wrong guess would send a person to somebody they do not
// understand.
#pragma once

#include <string>
#include <string_view>

namespace wissel {

// "nl", "fr", "de" or "en"; empty: unknown.
std::string DetectLanguage(std::string_view text);

}  // namespace wissel
