// An engine on a storage of each kind, for the tests of what an engine does.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "tests/support/commands.h"
#include "tests/support/ledger.h"
#include "tests/support/must.h"
#include "tests/support/session.h"
#include "tests/support/store.h"

namespace annals::support {

class EngineFixture : public testing::TestWithParam<Backend> {
 protected:
  // Whatever a test did, the storage is whole.
  void TearDown() override { EXPECT_EQ(FaultsOf(storage()), ""); }

  Storage& storage() { return store_.storage(); }
  const Store& store() const { return store_; }
  // As after the end of the process.
  void Reopen() {
    store_.Reopen();
    session_.Restart(storage());
  }
  Position end() { return Must(storage().Read())->head().position; }
  StreamVersion VersionOf(std::string_view stream) { return Must(Must(storage().Read())->VersionOf(stream)); }

  Receipt Accept(const std::string& command) { return session_.Accept(command); }
  Refused Refuse(const std::string& command) { return session_.Refuse(command); }
  absl::Status Fail(const std::string& command) { return session_.Fail(command); }

  Store store_{GetParam()};
  Session session_{store_.storage()};
};

inline const auto kBothBackends = testing::Values(Backend::kMemory, Backend::kSqlite);
inline const auto kNameOfBackend = [](const auto& row) { return NameOf(row.param); };

}  // namespace annals::support
