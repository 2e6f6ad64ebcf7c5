#include "metrics/history/csv/header.h"

#include <algorithm>
#include <array>
#include <utility>

#include "metrics/history/csv/lines.h"

namespace wissel::metrics {
namespace {

constexpr std::array<std::string_view, kColumnCount> kNames = {
    "start",     "date", "time",   "queue",   "arrivals", "answered",
    "abandoned", "aht",  "handle", "channel", "topic",    "minutes"};

using Names = std::pair<Column, std::string_view>;
// Normalized, each between bars.
constexpr std::array<Names, kColumnCount> kAlsoCalled = {{
    {Column::kStart,
     "|start|start time|starttime|interval start|start of interval|timestamp|datetime|date time"
     "|ts|begin|begintijd|datum tijd|date heure|datum zeit|period start|"},
    {Column::kDate, "|date|day|datum|dag|jour|tag|"},
    {Column::kTime,
     "|time|interval|time of day|half hour|quarter|tijd|tijdstip|heure|uhrzeit|zeit|uur|"
     "intervalle|tranche|kwartier|halfuur|"},
    {Column::kQueue,
     "|queue|queue name|skill|skill group|split|split skill|service|call type|wachtrij|rij"
     "|file|file d attente|warteschlange|vaardigheid|"},
    {Column::kArrivals,
     "|arrivals|offered|calls offered|contacts offered|count|calls|contacts|volume|received"
     "|entered|inbound|n|acdcalls offered|aangeboden|aantal|oproepen|inkomend|offerts|appels"
     "|appels offerts|appels recus|nombre|angeboten|anrufe|anzahl|"},
    {Column::kAnswered,
     "|answered|calls answered|handled|calls handled|contacts handled|acd calls|acdcalls|served"
     "|beantwoord|behandeld|repondus|traites|appels traites|angenommen|beantwortet|"},
    {Column::kAbandoned,
     "|abandoned|calls abandoned|contacts abandoned|abandons|abandon|abandcalls|aband calls|lost"
     "|opgehangen|verlaten|abandonnes|appels abandonnes|perdus|aufgelegt|verloren|"},
    {Column::kAht,
     "|aht|aht s|aht sec|aht seconds|average handle time|average handling time|avg handle time"
     "|avg handle time s|mean handle time|mean service s|handle time|handling time|"
     "gemiddelde afhandeltijd|gemiddelde behandeltijd|gbt|aht in s|dmt|duree moyenne de traitement"
     "|mittlere bearbeitungszeit|bearbeitungszeit|"},
    {Column::kHandle,
     "|handle|handle s|handle seconds|total handle time|total handle time s|handle time total"
     "|sum handle time|totale afhandeltijd|duree totale de traitement|gesamtbearbeitungszeit|"},
    {Column::kChannel, "|channel|media|media type|mediatype|kanaal|canal|kanal|"},
    {Column::kTopic, "|topic|subject|onderwerp|sujet|thema|wrap up code|reason|"},
    {Column::kMinutes, "|minutes|interval minutes|interval length|"},
}};

// é and the like as plain letters, so that headers with and without are the same.
std::string_view PlainOf(std::string_view two) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kPlain = {{
      {"é", "e"},
      {"è", "e"},
      {"ê", "e"},
      {"ë", "e"},
      {"à", "a"},
      {"â", "a"},
      {"ä", "a"},
      {"ç", "c"},
      {"î", "i"},
      {"ï", "i"},
      {"ô", "o"},
      {"ö", "o"},
      {"û", "u"},
      {"ü", "u"},
      {"É", "e"},
      {"À", "a"},
  }};
  const auto found = std::find_if(kPlain.begin(), kPlain.end(),
                                  [&](const auto& pair) { return pair.first == two; });
  return found == kPlain.end() ? std::string_view() : found->second;
}

}  // namespace

std::string_view NameOf(Column column) { return kNames[static_cast<size_t>(column)]; }

std::optional<Column> ColumnNamed(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Column>(found - kNames.begin());
}

std::string Normalized(std::string_view header) {
  const std::string text = ToUtf8(header);
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view plain = PlainOf(std::string_view(text).substr(i, 2));
    if (!plain.empty()) {
      out += plain;
      ++i;
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
      out += c;
    } else if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::optional<Column> ColumnOf(std::string_view header) {
  const std::string name = "|" + Normalized(header) + "|";
  if (name.size() <= 2) return std::nullopt;
  for (const auto& [column, names] : kAlsoCalled) {
    if (names.find(name) != std::string_view::npos) return column;
  }
  return std::nullopt;
}

}  // namespace wissel::metrics
