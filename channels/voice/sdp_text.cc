#include "channels/voice/sdp_text.h"

#include <optional>
#include <vector>

#include "fmt/format.h"

namespace wissel::voice {
namespace {

// Without their line ends, which may be CRLF or LF alone (RFC 8866, 5).
std::vector<std::string_view> LinesOf(std::string_view sdp) {
  std::vector<std::string_view> lines;
  while (!sdp.empty()) {
    const size_t end = sdp.find('\n');
    std::string_view line = sdp.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    if (end == std::string_view::npos) break;
    sdp.remove_prefix(end + 1);
  }
  return lines;
}

std::optional<Direction> DirectionIn(std::string_view line) {
  if (line == "a=sendrecv") return Direction::kBoth;
  if (line == "a=sendonly") return Direction::kSendOnly;
  if (line == "a=recvonly") return Direction::kReceiveOnly;
  if (line == "a=inactive") return Direction::kInactive;
  return std::nullopt;
}

// "m=audio 4000/2 RTP/AVP 0" -> the text around the port.
struct Stream {
  std::string_view kind;
  std::string_view port;
  std::string_view rest;
};
Stream StreamIn(std::string_view line) {
  const size_t first = line.find(' ');
  if (first == std::string_view::npos) return {line, "", ""};
  const size_t second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return {line.substr(0, first), line.substr(first + 1), ""};
  return {line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second)};
}

void Put(std::string& out, std::string_view line) {
  out += line;
  out += "\r\n";
}

// Where the other's media would come from, or keys of a stream that is not: of no sense in an
// answer that nothing flows by.
bool IsOfTheirTransport(std::string_view line) {
  for (std::string_view prefix : {"a=candidate", "a=ice-", "a=rtcp:", "a=end-of-candidates"}) {
    if (line.starts_with(prefix)) return true;
  }
  return false;
}

}  // namespace

bool IsDescription(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return false;
  int origins = 0;
  bool stream = false;
  const std::vector<std::string_view> lines = LinesOf(text);
  for (std::string_view line : lines) {
    if (line.size() < 2 || line[0] < 'a' || line[0] > 'z' || line[1] != '=') return false;
    origins += line[0] == 'o';
    stream = stream || line[0] == 'm';
  }
  return origins == 1 && stream && lines.front() == "v=0";
}

Direction DirectionOf(std::string_view sdp) {
  std::optional<Direction> session;
  std::optional<Direction> stream;
  bool in_stream = false;
  bool refused = false;
  for (std::string_view line : LinesOf(sdp)) {
    if (line.starts_with("m=")) {
      if (in_stream && !refused) break;
      in_stream = true;
      refused = StreamIn(line).port == "0";
      stream.reset();
    } else if (auto direction = DirectionIn(line)) {
      (in_stream ? stream : session) = direction;
    }
  }
  if (!in_stream || refused) return Direction::kInactive;
  return stream.value_or(session.value_or(Direction::kBoth));
}

std::string Inactive(std::string_view sdp) {
  std::string out;
  bool in_stream = false;
  for (std::string_view line : LinesOf(sdp)) {
    if (DirectionIn(line)) continue;
    if (line.starts_with("m=")) {
      if (in_stream) Put(out, "a=inactive");
      in_stream = true;
    }
    Put(out, line);
  }
  if (in_stream) Put(out, "a=inactive");
  return out;
}

std::string InactiveAnswer(std::string_view offer) {
  std::string out;
  for (std::string_view line : LinesOf(offer)) {
    if (IsOfTheirTransport(line)) continue;
    if (line.starts_with("c=")) {
      const bool six = line.find("IP6") != std::string_view::npos;
      Put(out, six ? "c=IN IP6 ::" : "c=IN IP4 0.0.0.0");
    } else if (line.starts_with("m=")) {
      const Stream stream = StreamIn(line);
      const std::string_view port = stream.port == "0" ? "0" : "9";  // 9: discard
      Put(out, fmt::format("{} {}{}", stream.kind, port, stream.rest));
    } else {
      Put(out, line);
    }
  }
  return Inactive(out);
}

std::string WithOrigin(std::string_view sdp, const Origin& origin) {
  const bool six = origin.host.find(':') != std::string::npos;
  std::string out;
  bool named = false;
  for (std::string_view line : LinesOf(sdp)) {
    if (!named && line.starts_with("o=")) {
      Put(out, fmt::format("o=wissel {} {} IN {} {}", origin.session, origin.version,
                           six ? "IP6" : "IP4", origin.host));
      named = true;
      continue;
    }
    Put(out, line);
  }
  return out;
}

std::string WithoutOrigin(std::string_view sdp) {
  std::string out;
  for (std::string_view line : LinesOf(sdp)) {
    if (!line.starts_with("o=")) Put(out, line);
  }
  return out;
}

}  // namespace wissel::voice
