#include "channels/email/core/html_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace wissel::email {
namespace {

constexpr size_t kLongestEntity = 10;
constexpr size_t kLongestLink = 300;
constexpr std::string_view kWhite = " \t\r\n\f";

// Those that mails use; anything else is left as it is written.
constexpr std::array<std::pair<std::string_view, std::string_view>, 50> kEntities = {{
    {"amp", "&"},    {"lt", "<"},     {"gt", ">"},     {"quot", "\""},  {"apos", "'"},
    {"nbsp", " "},   {"eacute", "é"}, {"egrave", "è"}, {"ecirc", "ê"},  {"euml", "ë"},
    {"agrave", "à"}, {"acirc", "â"},  {"auml", "ä"},   {"aacute", "á"}, {"ccedil", "ç"},
    {"iuml", "ï"},   {"icirc", "î"},  {"iacute", "í"}, {"ocirc", "ô"},  {"ouml", "ö"},
    {"oacute", "ó"}, {"ugrave", "ù"}, {"ucirc", "û"},  {"uuml", "ü"},   {"uacute", "ú"},
    {"szlig", "ß"},  {"Eacute", "É"}, {"Egrave", "È"}, {"Agrave", "À"}, {"Ccedil", "Ç"},
    {"Auml", "Ä"},   {"Ouml", "Ö"},   {"Uuml", "Ü"},   {"oelig", "œ"},  {"euro", "€"},
    {"pound", "£"},  {"copy", "©"},   {"reg", "®"},    {"trade", "™"},  {"hellip", "…"},
    {"ndash", "–"},  {"mdash", "—"},  {"lsquo", "‘"},  {"rsquo", "’"},  {"ldquo", "“"},
    {"rdquo", "”"},  {"laquo", "«"},  {"raquo", "»"},  {"bull", "•"},   {"middot", "·"},
}};

constexpr std::array<std::string_view, 30> kBlocks = {
    "p",  "div", "tr", "table",  "ul",      "ol",      "blockquote", "pre",    "h1",    "h2",
    "h3", "h4",  "h5", "h6",     "section", "article", "header",     "footer", "hr",    "form",
    "dl", "dt",  "dd", "center", "address", "main",    "body",       "nav",    "aside", "fieldset"};
// Their content is no text.
constexpr std::array<std::string_view, 7> kHidden = {"script", "style",    "head", "title",
                                                     "object", "template", "svg"};

template <size_t n>
bool IsOneOf(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string LowerText(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), Lower);
  return lower;
}

// RFC 3629, section 3; what is no character of text becomes U+FFFD.
std::string Utf8(uint32_t c) {
  if (c == 0xa0) return " ";
  if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff) {
    c = 0xfffd;
  }
  std::string text;
  if (c < 0x80) return std::string(1, static_cast<char>(c));
  if (c < 0x800) {
    text += static_cast<char>(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xe0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | c >> 18);
    text += static_cast<char>(0x80 | (c >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
  }
  return text + static_cast<char>(0x80 | (c & 0x3f));
}

std::optional<std::string> NumberEntity(std::string_view digits) {
  const bool hex = !digits.empty() && Lower(digits[0]) == 'x';
  if (hex) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  uint32_t value = 0;
  for (char c : digits) {
    const char lower = Lower(c);
    uint32_t digit = 0;
    if (lower >= '0' && lower <= '9') {
      digit = static_cast<uint32_t>(lower - '0');
    } else if (hex && lower >= 'a' && lower <= 'f') {
      digit = static_cast<uint32_t>(lower - 'a') + 10;
    } else {
      return std::nullopt;
    }
    value = std::min<uint32_t>(value * (hex ? 16 : 10) + digit, 0x110000);
  }
  return Utf8(value);
}

// What stands at `html[0] == '&'`: its text and its length; none: an ampersand.
std::optional<std::pair<std::string, size_t>> EntityAt(std::string_view html) {
  const std::string_view near = html.substr(1, kLongestEntity);
  const size_t end = near.find(';');
  if (end == std::string_view::npos || end == 0) return std::nullopt;
  const std::string_view name = near.substr(0, end);
  if (name[0] == '#') {
    auto text = NumberEntity(name.substr(1));
    if (!text) return std::nullopt;
    return std::pair{*std::move(text), end + 2};
  }
  for (const auto& [entity, text] : kEntities) {
    if (entity == name) return std::pair{std::string(text), end + 2};
  }
  return std::nullopt;
}

std::string Decoded(std::string_view html) {
  std::string text;
  while (!html.empty()) {
    if (html[0] == '&') {
      if (auto entity = EntityAt(html)) {
        text += entity->first;
        html.remove_prefix(entity->second);
        continue;
      }
    }
    text += html[0];
    html.remove_prefix(1);
  }
  return text;
}

struct Tag {
  std::string name;
  bool closing = false;
  std::string_view attributes;
};

Tag ReadTag(std::string_view inside) {
  Tag tag;
  if (!inside.empty() && inside[0] == '/') {
    tag.closing = true;
    inside.remove_prefix(1);
  }
  const size_t end = std::min(inside.find_first_of(" \t\r\n\f/"), inside.size());
  tag.name = LowerText(inside.substr(0, end));
  tag.attributes = inside.substr(end);
  return tag;
}

// The address of an <a>, where it is one that a reader can use.
std::string LinkOf(std::string_view attributes) {
  const std::string lower = LowerText(attributes);
  const size_t at = lower.find("href=");
  if (at == std::string::npos) return "";
  std::string_view value = attributes.substr(at + 5);
  const char quote = value.empty() ? '\0' : value[0];
  if (quote == '"' || quote == '\'') {
    value.remove_prefix(1);
    value = value.substr(0, value.find(quote));
  } else {
    value = value.substr(0, value.find_first_of(kWhite));
  }
  const std::string link = Decoded(value);
  const std::string scheme = LowerText(link.substr(0, 8));
  const bool usable = scheme.starts_with("http://") || scheme.starts_with("https://");
  if (!usable || link.size() > kLongestLink) return "";
  return link.find_first_of(kWhite) == std::string::npos ? link : "";
}

class Writer {
 public:
  void Text(std::string_view decoded) {
    if (pre_ > 0) return Raw(decoded);
    for (char c : decoded) {
      if (kWhite.find(c) != std::string_view::npos) {
        space_ = true;
      } else {
        Put(c);
      }
    }
  }
  void Line() {
    while (!text_.empty() && (text_.back() == ' ' || text_.back() == '\t')) text_.pop_back();
    if (!text_.empty() && text_.back() != '\n') text_ += '\n';
    space_ = false;
  }
  // One empty line at most.
  void Paragraph() {
    Line();
    if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
  }
  void Break() {
    space_ = false;
    if (!text_.ends_with("\n\n")) text_ += '\n';
  }
  void Space() { space_ = true; }
  void EnterPre() { ++pre_; }
  void LeavePre() { pre_ = std::max(0, pre_ - 1); }
  size_t size() const { return text_.size(); }
  std::string_view From(size_t start) const {
    return std::string_view(text_).substr(std::min(start, text_.size()));
  }

  std::string Take() {
    const size_t end = text_.find_last_not_of(kWhite);
    text_.resize(end == std::string::npos ? 0 : end + 1);
    text_.erase(0, text_.find_first_not_of("\n"));
    return std::move(text_);
  }

 private:
  void Put(char c) {
    if (space_ && !text_.empty() && text_.back() != '\n') text_ += ' ';
    space_ = false;
    text_ += c;
  }
  void Raw(std::string_view text) {
    for (char c : text) {
      if (c != '\r') Put(c);
    }
  }

  std::string text_;
  bool space_ = false;
  int pre_ = 0;
};

class Reader {
 public:
  std::string Read(std::string_view html) {
    while (!html.empty()) {
      if (html[0] == '<') {
        html.remove_prefix(Markup(html));
        continue;
      }
      const size_t end = std::min(html.find('<'), html.size());
      if (hidden_.empty()) writer_.Text(Decoded(html.substr(0, end)));
      html.remove_prefix(end);
    }
    return writer_.Take();
  }

 private:
  // How much of it is markup.
  size_t Markup(std::string_view html) {
    if (html.starts_with("<!--")) {
      const size_t end = html.find("-->", 4);
      return end == std::string_view::npos ? html.size() : end + 3;
    }
    const bool tag = html.size() > 1 && (html[1] == '/' || html[1] == '!' || html[1] == '?' ||
                                         (Lower(html[1]) >= 'a' && Lower(html[1]) <= 'z'));
    if (!tag) {
      if (hidden_.empty()) writer_.Text("<");
      return 1;
    }
    const size_t end = html.find('>');
    const std::string_view inside = html.substr(1, end == std::string_view::npos ? end : end - 1);
    On(ReadTag(inside));
    return end == std::string_view::npos ? html.size() : end + 1;
  }

  void On(const Tag& tag) {
    if (!hidden_.empty()) {
      // <body> ends a head that nobody closed.
      if ((tag.closing && tag.name == hidden_) || (hidden_ == "head" && tag.name == "body")) {
        hidden_.clear();
      }
      return;
    }
    if (IsOneOf(kHidden, tag.name)) {
      if (!tag.closing && !tag.attributes.ends_with('/')) hidden_ = tag.name;
      return;
    }
    if (tag.name == "br") return writer_.Break();
    if (tag.name == "a") return Link(tag);
    if (tag.name == "td" || tag.name == "th") return writer_.Space();
    if (tag.name == "li") {
      writer_.Line();
      if (!tag.closing) writer_.Text("- ");
      return;
    }
    if (tag.name == "pre") tag.closing ? writer_.LeavePre() : writer_.EnterPre();
    if (tag.name == "p" || tag.name == "blockquote" ||
        (tag.name.size() == 2 && tag.name[0] == 'h')) {
      return writer_.Paragraph();
    }
    if (IsOneOf(kBlocks, tag.name)) writer_.Line();
  }

  void Link(const Tag& tag) {
    if (!tag.closing) {
      link_ = LinkOf(tag.attributes);
      link_start_ = writer_.size();
      return;
    }
    // Not where its words are the address already.
    if (!link_.empty() && writer_.From(link_start_).find(link_) == std::string_view::npos) {
      writer_.Text(" <" + link_ + ">");
    }
    link_.clear();
  }

  Writer writer_;
  std::string hidden_;  // the element whose content is left out; empty: none
  std::string link_;
  size_t link_start_ = 0;
};

}  // namespace

std::string TextOfHtml(std::string_view html) { return Reader().Read(html); }

}  // namespace wissel::email
