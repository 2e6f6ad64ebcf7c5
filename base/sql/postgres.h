// A thin hand on libpq: a connection, statements that are prepared once, and answers that come in
// time or not at all. Not thread-safe: a connection belongs to one thread at a time.
//
// A connection that breaks, or whose server does not answer within `patience`, is lost(): what it
// was doing may or may not have happened, and only a new connection can find out.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time.h"

// libpq's, so that who includes this needs no header of it.
struct pg_conn;
struct pg_result;

namespace wissel {

struct PostgresOptions {
  // As libpq reads it; several hosts are tried in turn for one that can be written to:
  // postgres://wissel@db1,db2/wissel
  std::string url;
  // In which names without one are looked for; [a-z0-9_]+. Empty: the server's own choice.
  std::string schema;
  Duration patience = Duration::Seconds(5);  // for an answer
};

// Whether a store's address is one of PostgreSQL rather than a folder.
bool IsPostgresUrl(std::string_view address);
// Without its password, for messages.
std::string WithoutPassword(std::string_view url);

// The key of the advisory lock of a shard with its journal in that schema: shared by who writes to
// the shard's stores, exclusive for who claims an epoch.
int64_t ShardLock(std::string_view journal_schema);

class PostgresRows {
 public:
  explicit PostgresRows(pg_result* result) : result_(result) {}

  int size() const;
  // Of an INSERT, UPDATE or DELETE.
  int64_t changed() const;
  // Of a whole-number or boolean column; 0 for NULL.
  int64_t Number(int row, int column) const;
  // Of a text or bytea column; lives as long as the rows.
  std::string_view Bytes(int row, int column) const;

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> result_;
};

class PostgresConnection {
 public:
  // UNAVAILABLE: no server of these answers, or none can be written to.
  static absl::StatusOr<PostgresConnection> Open(const PostgresOptions& options);

  // Statements without parameters and answers.
  absl::Status Run(const std::string& sql);

  // `sql` is a literal with $1, $2, ...; parameters are whole numbers or bytes (for a text or bytea
  // column). UNAVAILABLE: the server has no room or is going down, and nothing was done. UNKNOWN:
  // the connection is lost. INVALID_ARGUMENT: text that is not UTF-8, or holds a NUL.
  // ALREADY_EXISTS: a key that is there. INTERNAL: anything else.
  template <class... Parameters>
  absl::StatusOr<PostgresRows> Ask(const char* sql, const Parameters&... parameters) {
    ParameterList list;
    (list.Add(parameters), ...);
    return AskWith(sql, list);
  }
  absl::StatusOr<PostgresRows> Ask(const char* sql) { return AskWith(sql, ParameterList()); }

  class ParameterList {
   public:
    void Add(std::string_view bytes);
    void Add(std::integral auto number) { AddNumber(static_cast<int64_t>(number)); }
    // Parameters count from 1.
    void Set(int parameter, std::string_view bytes);
    void Set(int parameter, int64_t number);

   private:
    friend class PostgresConnection;
    struct Parameter {
      bool is_number = false;
      std::string bytes;
    };
    static Parameter Of(int64_t number);
    void AddNumber(int64_t number) { parameters_.push_back(Of(number)); }
    Parameter& At(int parameter);

    std::vector<Parameter> parameters_;
  };
  absl::StatusOr<PostgresRows> AskWith(std::string_view sql, const ParameterList& parameters);

  bool lost() const { return connection_ == nullptr; }
  // False also when it is lost.
  bool in_transaction() const;
  // In a transaction that can only be rolled back.
  bool failed() const;

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  PostgresConnection(pg_conn* connection, Duration patience)
      : connection_(connection), patience_(patience) {}

  absl::Status Prepare(std::string_view sql, const ParameterList& parameters, std::string* name);
  absl::StatusOr<PostgresRows> Await();
  absl::StatusOr<PostgresRows> Checked(PostgresRows rows, pg_result* result);
  absl::Status Lose(std::string_view why);

  std::unique_ptr<pg_conn, Finish> connection_;
  Duration patience_;
  std::map<std::string, std::string, std::less<>> prepared_;  // name of a statement
};

// Makes the schema that `options` names, if it is not there. Several may at once.
absl::Status MakeSchema(const PostgresOptions& options);

}  // namespace wissel
