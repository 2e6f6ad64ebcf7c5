// Bad tokens, at both doors: each is UNAUTHENTICATED, whatever it asks for, and no handler is
// called.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gateway/base64url.h"
#include "gateway/grpc_door.h"
#include "gateway/http_door.h"
#include "gateway/sign_in/ended_sessions.h"
#include "gateway/sign_in/tokens.h"
#include "gtest/gtest.h"
#include "tests/gateway_support/access_matrix.h"
#include "tests/gateway_support/test_world.h"

namespace wissel::gateway {
namespace {

namespace fs = std::filesystem;
using sign_in::EndedSessions;
using sign_in::Tokens;

constexpr int64_t kNow = 1'750'000'000;
constexpr char kHeader[] = R"({"alg":"HS256","typ":"JWT"})";
constexpr char kGood[] = R"({"sub":"users/anna","roles":["admin"],"exp":1750000600})";

Instant Now() { return Instant::FromMillis(kNow * 1000); }

class TokenTable : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / "wissel_token_table";
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "other");
    ended_ = *EndedSessions::Open(folder_.string(), Now());
    tokens_ = *Tokens::Open(folder_, false, Now, ended_.get());
    other_ = *Tokens::Open(folder_ / "other", false, Now);
    key_ = KeyIn(folder_);
  }
  void TearDown() override {
    ended_.reset();
    fs::remove_all(folder_);
  }

  static std::string KeyIn(const fs::path& folder) {
    std::ifstream in(folder / "token.key", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  static std::string Mac(const EVP_MD* digest, const std::string& key, const std::string& text) {
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(digest, key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
    return ToBase64Url(std::string_view(reinterpret_cast<char*>(mac), size));
  }
  static std::string Text(const std::string& header, const std::string& payload) {
    return ToBase64Url(header) + "." + ToBase64Url(payload);
  }
  // Signed by the server's own key, whatever it says.
  std::string Signed(const std::string& header, const std::string& payload) const {
    const std::string text = Text(header, payload);
    return text + "." + Mac(EVP_sha256(), key_, text);
  }
  std::string Claims(const std::string& payload) const { return Signed(kHeader, payload); }

  std::vector<std::string> Forged() const;
  std::vector<std::string> OursButWrong() const;
  std::vector<std::string> OfOthers();

  fs::path folder_;
  std::unique_ptr<EndedSessions> ended_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Tokens> other_;
  std::string key_;
  rpc::Caller anna_{.user = "users/anna", .agent = "", .roles = {rpc::Role::kAdmin}};
};

std::vector<std::string> TokenTable::Forged() const {
  const std::string text = Text(kHeader, kGood);
  const std::string mac = Mac(EVP_sha256(), key_, text);
  const std::string none = Text(R"({"alg":"none","typ":"JWT"})", kGood);
  const std::string rs = Text(R"({"alg":"RS256","typ":"JWT"})", kGood);
  std::string flipped = mac;
  flipped[5] = flipped[5] == 'A' ? 'B' : 'A';
  // The last of 43 letters has two bits that say nothing: another letter, the same bytes.
  std::string slack = mac;
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  slack.back() = kLetters[kLetters.find(slack.back()) ^ 1];
  return {"x",
          ".",
          "..",
          "...",
          text,
          text + ".",
          "." + text + "." + mac,
          text + "." + mac + ".",
          text + "." + mac + "." + mac,
          text + "." + mac + "=",
          text + "." + mac + "A",
          text + "." + mac.substr(0, 42),
          text + "." + flipped,
          text + "." + slack,
          text + "." + mac.substr(0, 20) + "+" + mac.substr(21),
          none + ".",
          none + "." + mac,
          Text(R"({"alg":"None"})", kGood) + ".",
          rs + "." + Mac(EVP_sha256(), key_, rs),
          Text(R"({"alg":"HS512"})", kGood) + "." +
              Mac(EVP_sha512(), key_, Text(R"({"alg":"HS512"})", kGood)),
          text + "." + Mac(EVP_sha256(), std::string(1, '\0'), text),
          text + "." + Mac(EVP_sha256(), std::string(32, '\0'), text),
          text + "." + Mac(EVP_sha256(), "secret", text),
          text + "." + Mac(EVP_sha512(), key_, text),
          Text(kHeader, R"({"sub":"users/root","roles":["admin"],"exp":1750000600})") + "." + mac,
          std::string(3000, 'a') + "." + std::string(2000, 'b') + ".c"};
}

std::vector<std::string> TokenTable::OursButWrong() const {
  std::string nested = kGood;
  nested.pop_back();
  nested += R"(,"x":)" + std::string(90, '[') + std::string(90, ']') + "}";
  return {
      Signed(R"({"alg":"HS256","typ":"JWT","crit":["exp"]})", kGood),
      Signed(R"({"alg":"HS256","typ":"JWT","kid":"../../token.key"})", kGood),
      Signed(R"({"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}})", kGood),
      Signed(R"({"alg":"none","alg":"HS256","typ":"JWT"})", kGood),
      Signed(R"({"alg":["HS256"]})", kGood),
      Signed("[]", kGood),
      Claims(""),
      Claims("[]"),
      Claims(nested),
      Claims(std::string(kGood) + "x"),
      Claims(std::string(" ") + kGood),
      Claims(R"({"sub":"users/anna","roles":["admin"],"exp":1750000000})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"exp":-1})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"exp":1e18})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"exp":4102444800})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"exp":"1750000600"})"),
      Claims(R"({"sub":"users/anna","roles":["admin"]})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"iat":1750000900.000,"exp":1750009000})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"nbf":1750000900,"exp":1750009000})"),
      Claims(R"({"sub":"users/bert","sub":"users/anna","roles":["admin"],"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["agent"],"roles":["admin"],"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"exp":1,"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["root"],"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["admin","root"],"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":"admin","exp":1750000600})"),
      Claims(R"({"sub":["users/anna"],"roles":["admin"],"exp":1750000600})"),
      Claims(R"({"sub":"","roles":["admin"],"exp":1750000600})"),
      Claims(R"({"roles":["admin"],"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"teams":["south"],"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"queues":{},"exp":1750000600})"),
      Claims(R"({"sub":"users/anna","roles":["admin"],"tenant":"","exp":1750000600})"),
  };
}

std::vector<std::string> TokenTable::OfOthers() {
  const Duration hour = Duration::Hours(1);
  rpc::Caller left = anna_;
  left.session = "left";
  EXPECT_TRUE(ended_->EndSession("left", Now() + hour).ok());
  rpc::Caller removed = anna_;
  removed.user = "users/removed";
  EXPECT_TRUE(ended_->EndUser("users/removed", Now(), Now() + hour).ok());
  const auto demo = *Tokens::Open(folder_, true, Now);
  const auto tenant = *Tokens::Open(folder_, false, Now, nullptr, "north");
  return {other_->Make(anna_, hour).text, demo->Make(anna_, hour).text,
          tenant->Make(anna_, hour).text, tokens_->Make(left, hour).text,
          tokens_->Make(removed, hour).text};
}

TEST_F(TokenTable, NoneOpensADoor) {
  ASSERT_TRUE(tokens_->Verify(Claims(kGood)).ok());  // what the others are like is good
  TestWorld world;
  const rpc::Authenticate authenticate = [this](std::string_view token) {
    return tokens_->Verify(token);
  };
  const auto grpc = *GrpcDoor::Open({}, world.methods(), authenticate);
  const auto http =
      *HttpDoor::Open({}, {.methods = &world.methods(), .authenticate = authenticate});
  std::vector<CallerOfMatrix> callers;
  for (const auto& tokens : {Forged(), OursButWrong(), OfOthers()}) {
    for (const std::string& token : tokens) {
      callers.push_back({.description = token.substr(0, 300),
                         .token = token,
                         .token_is_good = false,
                         .roles = rpc::Roles::All()});
    }
  }
  EXPECT_GE(callers.size(), 60u);
  CheckAccessMatrix(world.methods(), callers, http->port(), grpc->port());
  for (const auto& [name, method] : world.methods().methods()) {
    if (!method.open_to_all) EXPECT_EQ(world.calls(name), 0) << name;
  }
}

TEST_F(TokenTable, OfAForgeryNothingIsSaidButThatItIsNone) {
  for (const std::string& token : Forged()) {
    EXPECT_EQ(tokens_->Verify(token).status().message(), "the token is not one of this server's")
        << token;
  }
}

}  // namespace
}  // namespace wissel::gateway
