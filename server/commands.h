// The commands beside `serve` and `feed`. Each prints what it found and returns the exit code:
// 0 done, 1 failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wissel::server {

// Applies the file to an empty center in memory, and says what is wrong in which line.
int CheckConfig(const std::string& file);

// Prints a bearer token for local use.
struct TokenOptions {
  std::string data;
  std::string role;
  std::string agent;  // "agents/anna"; for the role agent
  int64_t hours = 12;
  std::vector<std::string> teams;  // "south" or "teams/south": confined to these
  std::vector<std::string> queues;
};
int PrintToken(const TokenOptions& options);

// Another key signs tokens from now on, in a server that runs too; and the one before it is worth
// nothing any more.
int RotateKey(const std::string& data);
int RetireKey(const std::string& data);

int VerifyJournalIn(const std::string& data);
int DumpJournalIn(const std::string& data, uint64_t from, std::optional<uint64_t> to);

// A moment of the past: from the journal alone, of a server that runs or not.
struct MomentOptions {
  std::string data;
  std::string until;  // "2026-11-21T09:30:00Z"; empty: the end of the journal
  bool json = false;
};
// The state as it was, in figures, with its digest.
int Replay(const MomentOptions& options);
// Why: of "workItems/12", "offers/12" or "agents/anna".
int Explain(const MomentOptions& options, const std::string& name);

// Versions of the rules: from a running server, or from a data folder whether it runs or not.
struct RulesOptions {
  std::string data;  // empty: ask the server
  std::string grpc = "127.0.0.1:8081";
  std::string token;
  std::string what;    // the version, or the file
  std::string other;   // of diff: the second version
  bool whole = false;  // what a file does not name goes
  bool json = false;
  int64_t limit = 20;
  std::string from;  // of the dry run: "2026-11-21T09:30:00Z"; empty: an hour before the end
  std::string until;
  int64_t seed = 1;
  std::string note;
  int64_t expected = 0;  // of apply and rollback; 0: the version that holds now
};
int ListRules(const RulesOptions& options);
int ShowRules(const RulesOptions& options);
int DiffRules(const RulesOptions& options);
// 1 when something is wrong, too.
int ValidateRules(const RulesOptions& options);
// `what` is a file or the number of a version.
int DryRunRules(const RulesOptions& options);
int ApplyRulesFile(const RulesOptions& options);
int RollBackRules(const RulesOptions& options);

struct UserOptions {
  std::string data;
  std::string user;
  std::string display_name;
  std::vector<std::string> roles;
  std::string agent;
  std::vector<std::string> teams;  // as in TokenOptions
  std::vector<std::string> queues;
};
// Passwords are read from standard input, one line.
int AddUser(const UserOptions& options);
int SetUserPassword(const UserOptions& options);
int ListUsers(const UserOptions& options);
int DeleteUser(const UserOptions& options);

}  // namespace wissel::server
