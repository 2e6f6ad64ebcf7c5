#include "channels/email/transport/imap_poller.h"

#include <algorithm>
#include <charconv>
#include <future>
#include <utility>

#include "base/runtime/log.h"
#include "channels/email/core/mail.h"
#include "channels/email/transport/curl_handle.h"
#include "fmt/format.h"

namespace wissel::email {
namespace {

constexpr size_t kMostOfALook = 200;  // the others at the next one
constexpr Duration kTimeout = Duration::Minutes(2);

struct Received {
  std::string bytes;
  size_t most = 0;
  bool too_much = false;
};

size_t Receive(char* data, size_t size, size_t count, void* to) {
  Received& received = *static_cast<Received*>(to);
  const size_t length = size * count;
  if (received.bytes.size() + length > received.most) {
    received.too_much = true;
    return 0;
  }
  received.bytes.append(data, length);
  return length;
}

// RFC 3501, section 4.3; names come from the configuration.
std::string Quoted(std::string_view name) {
  std::string quoted = "\"";
  for (char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

bool StartsWithWord(std::string_view line, std::string_view lower) {
  return line.size() >= lower.size() && Normalized(line.substr(0, lower.size())) == lower;
}

// "... <mia@example.org>", or the address alone.
std::string AddressIn(std::string_view value) {
  const size_t open = value.rfind('<');
  if (open != std::string_view::npos) {
    value.remove_prefix(open + 1);
    value = value.substr(0, value.find('>'));
  }
  while (value.starts_with(' ')) value.remove_prefix(1);
  while (!value.empty() && std::string_view(" \r\t").find(value.back()) != value.npos) {
    value.remove_suffix(1);
  }
  return IsAddress(value) ? std::string(value) : "";
}

}  // namespace

std::vector<uint32_t> SearchedUids(std::string_view response) {
  constexpr std::string_view kSearch = "* search";
  std::vector<uint32_t> uids;
  while (!response.empty()) {
    const size_t end = std::min(response.find('\n'), response.size());
    std::string_view line = response.substr(0, end);
    response.remove_prefix(std::min(end + 1, response.size()));
    if (!StartsWithWord(line, kSearch)) continue;
    line.remove_prefix(kSearch.size());
    while (!line.empty()) {
      if (line[0] < '0' || line[0] > '9') {
        line.remove_prefix(1);
        continue;
      }
      uint32_t uid = 0;
      const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), uid);
      if (error == std::errc() && uid > 0) uids.push_back(uid);
      line.remove_prefix(static_cast<size_t>(rest - line.data()));
    }
  }
  return uids;
}

std::string ReturnPathOf(std::string_view mail) {
  std::string from;
  while (!mail.empty()) {
    const size_t end = std::min(mail.find('\n'), mail.size());
    const std::string_view line = mail.substr(0, end);
    mail.remove_prefix(std::min(end + 1, mail.size()));
    if (line.empty() || line == "\r") break;
    if (StartsWithWord(line, "return-path:")) return AddressIn(line.substr(12));
    if (StartsWithWord(line, "from:") && from.empty()) from = AddressIn(line.substr(5));
  }
  return from;
}

class ImapPoller::Mailbox {
 public:
  Mailbox(ImapOptions options, Deliver deliver)
      : options_(std::move(options)), deliver_(std::move(deliver)) {
    InitCurl();
    handle_.reset(curl_easy_init());
  }

  void Look() {
    Received found{.most = 1 << 20};
    if (!Ask("UID SEARCH UNDELETED", "", found)) return;
    std::vector<uint32_t> uids = SearchedUids(found.bytes);
    if (uids.size() > kMostOfALook) uids.resize(kMostOfALook);
    if (!uids.empty()) MakeFolders();
    for (uint32_t uid : uids) {
      if (stop_ || !Take(uid)) return;
    }
  }

  // Lets a delivery that is waited for go.
  void Stop() { stop_ = true; }

 private:
  // False: no more for now.
  bool Take(uint32_t uid) {
    Received mail{.most = options_.most_bytes};
    const bool fetched = Ask("", fmt::format("/;UID={}", uid), mail);
    if (mail.too_much) return Move(uid, options_.refused_folder);
    if (!fetched) return false;
    const LmtpReply reply = DeliverAndWait(std::move(mail.bytes));
    if (reply.code == 250) return Move(uid, options_.done_folder);
    if (reply.code < 500) return false;
    Log(LogLevel::kWarning, "a mail of a mailbox was refused",
        {{"mailbox", options_.address}, {"uid", uid}, {"code", reply.code}});
    return Move(uid, options_.refused_folder);
  }

  LmtpReply DeliverAndWait(std::string bytes) {
    LmtpMail mail{ReturnPathOf(bytes), {options_.address}, std::move(bytes)};
    auto replied = std::make_shared<std::promise<LmtpReply>>();
    std::future<LmtpReply> reply = replied->get_future();
    deliver_(std::move(mail), [replied](const std::vector<LmtpReply>& replies) {
      replied->set_value(replies.empty() ? LmtpReply{451, "4.3.0", ""} : replies.front());
    });
    while (reply.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready) {
      if (stop_) return {451, "4.3.2", "stopping"};
    }
    return reply.get();
  }

  bool Move(uint32_t uid, const std::string& folder) {
    Received ignored{.most = 1 << 16};
    return Ask(fmt::format("UID MOVE {} {}", uid, Quoted(folder)), "", ignored);
  }

  // Those that are there already are refused by the server, which is as well.
  void MakeFolders() {
    if (std::exchange(folders_made_, true)) return;
    for (const std::string* folder : {&options_.done_folder, &options_.refused_folder}) {
      Received ignored{.most = 1 << 16};
      Perform(fmt::format("CREATE {}", Quoted(*folder)), "", ignored);
    }
  }

  bool Ask(const std::string& command, const std::string& part, Received& received) {
    const CURLcode code = Perform(command, part, received);
    if (code == CURLE_OK) return true;
    if (!received.too_much && !stop_) {
      Log(LogLevel::kWarning, "a mailbox could not be looked through",
          {{"mailbox", options_.address}, {"reason", curl_easy_strerror(code)}});
    }
    return false;
  }

  CURLcode Perform(const std::string& command, const std::string& part, Received& received) {
    curl_easy_reset(handle_.get());  // the connection stays open
    SetServer(handle_.get(), options_.server, kTimeout, &stop_);
    const char* scheme = options_.server.tls == Tls::kImplicit ? "imaps" : "imap";
    const std::unique_ptr<char, decltype(&curl_free)> folder(
        curl_easy_escape(handle_.get(), options_.folder.c_str(), 0), curl_free);
    const std::string url = fmt::format("{}://{}:{}/{}{}", scheme, options_.server.host,
                                        options_.server.port, folder.get(), part);
    curl_easy_setopt(handle_.get(), CURLOPT_URL, url.c_str());
    if (!command.empty()) curl_easy_setopt(handle_.get(), CURLOPT_CUSTOMREQUEST, command.c_str());
    curl_easy_setopt(handle_.get(), CURLOPT_WRITEFUNCTION, Receive);
    curl_easy_setopt(handle_.get(), CURLOPT_WRITEDATA, &received);
    return curl_easy_perform(handle_.get());
  }

  const ImapOptions options_;
  const Deliver deliver_;
  CurlHandle handle_;
  bool folders_made_ = false;
  std::atomic<bool> stop_ = false;
};

ImapPoller::ImapPoller(ImapOptions options, Deliver deliver)
    : mailbox_(std::make_unique<Mailbox>(options, std::move(deliver))),
      ticker_("imap", options.every, [this] { mailbox_->Look(); }) {}

ImapPoller::~ImapPoller() { Stop(); }

void ImapPoller::Stop() {
  mailbox_->Stop();
  ticker_.Stop();
}

}  // namespace wissel::email
