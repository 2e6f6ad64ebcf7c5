// The LMTP door over real sockets: what is slow is cut, what is too much is told so, and a mail is
// answered from any thread. Also what an IMAP server says, read.
#include "channels/email/transport/lmtp_server.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <thread>

#include "channels/email/transport/imap_poller.h"

namespace wissel::email {
namespace {

namespace asio = boost::asio;

template <class Protocol>
class Client {
 public:
  explicit Client(const typename Protocol::endpoint& endpoint) : socket_(context_) {
    socket_.connect(endpoint);
  }
  void Say(const std::string& text) { asio::write(socket_, asio::buffer(text)); }
  // The next line; empty: the other side has closed.
  std::string Hear() {
    boost::system::error_code error;
    const size_t length = asio::read_until(socket_, asio::dynamic_buffer(heard_), "\r\n", error);
    if (error) return "";
    const std::string line = heard_.substr(0, length - 2);
    heard_.erase(0, length);
    return line;
  }
  std::string Last() {
    std::string line = Hear();
    while (line.size() > 3 && line[3] == '-') line = Hear();
    return line;
  }

 private:
  asio::io_context context_;
  typename Protocol::socket socket_;
  std::string heard_;
};
using Tcp = Client<asio::ip::tcp>;

class Door : public ::testing::Test {
 protected:
  void Open(LmtpServerOptions options) {
    auto server = LmtpServer::Open(
        std::move(options), [](std::string_view address) { return address == "tax@example.org"; },
        [this](LmtpMail mail, LmtpServer::Done done) {
          std::lock_guard lock(mutex_);
          mails_.push_back(std::move(mail));
          if (hold_) return held_.push_back(std::move(done));
          std::thread([done] { done({{250, "2.0.0", "kept"}}); }).detach();
        });
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  asio::ip::tcp::endpoint Where() const {
    return {asio::ip::make_address("127.0.0.1"), server_->port()};
  }
  static std::string Mail() {
    return "LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<tax@example.org>\r\nDATA\r\nx\r\n.\r\n";
  }

  std::mutex mutex_;
  std::vector<LmtpMail> mails_;
  std::vector<LmtpServer::Done> held_;
  bool hold_ = false;
  std::unique_ptr<LmtpServer> server_;
};

TEST_F(Door, TakesPipelinedMails) {
  Open({});
  Tcp client(Where());
  client.Say(Mail() + "MAIL FROM:<>\r\nRCPT TO:<tax@example.org>\r\nDATA\r\ny\r\n.\r\nQUIT\r\n");
  for (const char* line :
       {"220 localhost LMTP Wissel", "250 SIZE 26214400", "250 2.1.0 ok", "250 2.1.5 ok",
        "354 end with <CR><LF>.<CR><LF>", "250 2.0.0 kept", "250 2.1.0 ok", "250 2.1.5 ok",
        "354 end with <CR><LF>.<CR><LF>", "250 2.0.0 kept", "221 2.0.0 bye", ""}) {
    EXPECT_EQ(client.Last(), line);
  }
  EXPECT_EQ(mails_.size(), 2u);
}

TEST_F(Door, ByAUnixSocketToo) {
  const std::string path = ::testing::TempDir() + "/wissel-lmtp-test.sock";
  Open({.path = path});
  Client<asio::local::stream_protocol> client{asio::local::stream_protocol::endpoint(path)};
  client.Say(Mail());
  for (int i = 0; i < 5; ++i) client.Last();
  EXPECT_EQ(client.Last(), "250 2.0.0 kept");
}

TEST_F(Door, CutsWhatIsSilent) {
  Open({.idle = Duration::Millis(50)});
  Tcp client(Where());
  EXPECT_EQ(client.Last(), "220 localhost LMTP Wissel");
  EXPECT_EQ(client.Last(), "421 4.4.2 this takes too long");
  EXPECT_EQ(client.Last(), "");
}

TEST_F(Door, CutsAMailThatTrickles) {
  Open({.transaction = Duration::Millis(100)});
  Tcp client(Where());
  client.Say("LHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<tax@example.org>\r\nDATA\r\n");
  for (int i = 0; i < 5; ++i) client.Last();
  try {
    for (int i = 0; i < 1'000'000; ++i) client.Say("x\r\n");
  } catch (const boost::system::system_error&) {
    // It was closed meanwhile.
  }
  EXPECT_TRUE(mails_.empty());
}

TEST_F(Door, TellsThoseWhoAreTooMany) {
  Open({.connections = 1});
  Tcp first(Where());
  EXPECT_EQ(first.Last(), "220 localhost LMTP Wissel");
  Tcp second(Where());
  EXPECT_EQ(second.Last(), "220 localhost LMTP Wissel");
  EXPECT_EQ(second.Last(), "421 4.3.2 too many connections");
  EXPECT_EQ(second.Last(), "");
  first.Say("NOOP\r\n");
  EXPECT_EQ(first.Last(), "250 2.0.0 ok");
}

TEST_F(Door, AnswersTheMailAtHandBeforeItStops) {
  hold_ = true;
  Open({});
  Tcp client(Where());
  client.Say(Mail());
  for (int i = 0; i < 5; ++i) client.Last();
  while (true) {
    std::lock_guard lock(mutex_);
    if (!held_.empty()) break;
  }
  std::thread stopping([&] { server_->Stop(Duration::Seconds(20)); });
  held_[0]({{250, "2.0.0", "kept"}});
  EXPECT_EQ(client.Last(), "250 2.0.0 kept");
  EXPECT_EQ(client.Last(), "421 4.3.2 the server is stopping");
  stopping.join();
  held_.clear();
}

TEST_F(Door, AnAnswerThatComesTooLateHarmsNobody) {
  hold_ = true;
  Open({});
  {
    Tcp client(Where());
    client.Say(Mail());
    for (int i = 0; i < 5; ++i) client.Last();
  }
  server_->Stop(Duration());
  std::lock_guard lock(mutex_);
  for (const auto& done : held_) done({{250, "2.0.0", "kept"}});
}

TEST_F(Door, AnAddressThatIsNone) {
  const auto server = LmtpServer::Open(
      {.host = "nowhere.test"}, [](std::string_view) { return false; },
      [](LmtpMail, const LmtpServer::Done&) {});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Imap, WhatAServerSays) {
  EXPECT_EQ(SearchedUids("* SEARCH 4 7 12\r\n"), (std::vector<uint32_t>{4, 7, 12}));
  EXPECT_EQ(SearchedUids("* OK hello\r\n* search 1\r\n* SEARCH\r\n"), (std::vector<uint32_t>{1}));
  EXPECT_EQ(SearchedUids("* SEARCH 99999999999 x5y 0\r\n"), (std::vector<uint32_t>{5}));
  EXPECT_EQ(SearchedUids(""), std::vector<uint32_t>{});
  EXPECT_EQ(ReturnPathOf("Return-Path: <mia@example.net>\r\nFrom: x@y\r\n\r\n"), "mia@example.net");
  EXPECT_EQ(ReturnPathOf("Return-Path: <>\r\nFrom: x@y\r\n\r\n"), "");
  EXPECT_EQ(ReturnPathOf("from: Mia <mia@example.net>\n\nReturn-Path: <z@z>"), "mia@example.net");
  EXPECT_EQ(ReturnPathOf("Subject: x\r\n\r\n"), "");
}

}  // namespace
}  // namespace wissel::email
