// Making proofs from a log, against the reference.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstore/log_tree.h"
#include "eventstore/proof.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "tests/eventstore/reference_tree.h"
#include "tests/eventstore/storage_contract.h"
#include "tests/support/effort.h"

namespace annals::contract {
namespace {

using testing::HasSubstr;

std::string EventAt(uint64_t position) {
  return fmt::format("event {}", position);
}

Hash LeafAt(uint64_t position) {
  return LeafHashOf({position}, "note", {position}, EventAt(position));
}

void AppendUpTo(Storage& storage, uint64_t size) {
  const auto transaction = Must(storage.Begin());
  std::vector<Event> events;
  const uint64_t from = transaction->head().position.value;
  for (uint64_t position = from + 1; position <= size; ++position) events.push_back({.event = EventAt(position)});
  Must(Append(*transaction, "note", from, events));
  Must(transaction->Commit());
}

// Sizes and positions of interest up to `size`: small ones, and those round the ends of subtrees and of the log.
std::vector<uint64_t> PlacesUpTo(uint64_t size) {
  std::set<uint64_t> places = {0, 1, 2, 3, 130};
  for (const uint64_t edge : {uint64_t{256}, uint64_t{512}, uint64_t{768}, size}) {
    for (const uint64_t place : {edge - 1, edge, edge + 1}) places.insert(place);
  }
  std::vector<uint64_t> kept;
  std::ranges::copy_if(places, std::back_inserter(kept), [&](uint64_t place) { return place <= size; });
  return kept;
}

class ProveTest : public StorageFixture, public testing::WithParamInterface<StorageBackend> {
 protected:
  void SetUp() override { Open(GetParam()); }

  // Compares every proof over `places` with the reference's.
  void ExpectReferenceProofs(const std::vector<uint64_t>& places) {
    const auto snapshot = Read();
    std::vector<Hash> all;
    for (uint64_t position = 1; position <= snapshot->head().position.value; ++position)
      all.push_back(LeafAt(position));
    for (const uint64_t size : places) {
      const auto leaves = reference::Leaves(all).first(size);
      const Hash root = reference::Root(leaves);
      EXPECT_EQ(Must(RootAt(*snapshot, size)), root) << size;
      for (const uint64_t place : places) {
        if (place > size) break;
        SCOPED_TRACE(fmt::format("{} of {}, log of {}", place, size, all.size()));
        const ConsistencyProof consistency = Must(ProveConsistency(*snapshot, place, size));
        EXPECT_EQ(consistency.first_root, reference::Root(leaves.first(place)));
        EXPECT_EQ(consistency.second_root, root);
        EXPECT_EQ(consistency.path, reference::Consistency(place, leaves));
        EXPECT_TRUE(CheckConsistency(consistency).ok());
        if (place == 0) continue;
        const InclusionProof inclusion = Must(ProveInclusion(*snapshot, {place}, size));
        EXPECT_EQ(inclusion.leaf_index, place - 1);
        EXPECT_EQ(inclusion.leaf_hash, leaves[place - 1]);
        EXPECT_EQ(inclusion.root, root);
        EXPECT_EQ(inclusion.audit_path, reference::Path(place - 1, leaves));
        EXPECT_TRUE(CheckInclusion(inclusion).ok());
      }
      if (HasFailure()) return;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, ProveTest, testing::ValuesIn(AllBackends()),
                         [](const auto& test) { return test.param.name; });

TEST_P(ProveTest, ProofsAreTheReferencesOfEverySizeOfASmallLog) {
  const uint64_t size = support::IsFullEffort() ? 257 : 130;
  AppendUpTo(storage(), size);
  std::vector<uint64_t> places(size + 1);
  for (uint64_t i = 0; i < places.size(); ++i) places[i] = i;
  ExpectReferenceProofs(places);
}

TEST_P(ProveTest, ProofsAreTheReferencesRoundTheEndsOfSubtrees) {
  for (const uint64_t size : {130, 255, 256, 257, 511, 512, 513, 768, 1000}) {
    AppendUpTo(storage(), size);
    ExpectReferenceProofs(PlacesUpTo(size));
    if (HasFailure()) return;
  }
}

TEST_P(ProveTest, WhatTheLogDoesNotHoldIsSaid) {
  AppendUpTo(storage(), 3);
  const auto snapshot = Read();
  struct RefusalCase {
    absl::Status status;
    absl::StatusCode code;
    const char* message;
  };
  const RefusalCase cases[] = {
      {ProveInclusion(*snapshot, {0}, 3).status(), absl::StatusCode::kInvalidArgument, "count from 1"},
      {ProveInclusion(*snapshot, {3}, 2).status(), absl::StatusCode::kInvalidArgument, "lies behind a tree of 2"},
      {ProveInclusion(*snapshot, {4}, 4).status(), absl::StatusCode::kNotFound, "the log has 3"},
      {ProveConsistency(*snapshot, 3, 2).status(), absl::StatusCode::kInvalidArgument, "the smaller size first"},
      {ProveConsistency(*snapshot, 3, 4).status(), absl::StatusCode::kNotFound, "the log has 3"},
      {RootAt(*snapshot, UINT64_MAX).status(), absl::StatusCode::kNotFound, "the log has 3"},
  };
  for (const RefusalCase& row : cases) {
    EXPECT_EQ(row.status.code(), row.code) << row.status;
    EXPECT_THAT(std::string(MessageOf(row.status)), HasSubstr(row.message));
  }
}

// What stands in the file no longer gives the head's root.
class AlteredLogTest : public testing::Test {
 protected:
  AlteredLogTest() : path_(fmt::format("{}annals_altered_{}.db", testing::TempDir(), getpid())) {
    Remove();
    storage_ = Must(SqliteStorage::Open({.path = path_, .clock = &clock_, .random = &random_}));
    AppendUpTo(*storage_, 600);
    Must(storage_->connection().Execute("DROP TRIGGER log_refuses_update; DROP TRIGGER log_refuses_delete"));
  }
  ~AlteredLogTest() override {
    storage_.reset();
    Remove();
  }
  void Remove() const {
    for (const char* const suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  void Sql(const std::string& sql) { Must(storage_->connection().Execute(sql)); }
  absl::Status Prove(uint64_t position) { return ProveInclusion(*Must(storage_->Read()), {position}, 600).status(); }

  std::string path_;
  SimulatedClock clock_{Timestamp{0}};
  SeededRandom random_{1};
  std::unique_ptr<SqliteStorage> storage_;
};

TEST_F(AlteredLogTest, AnAlteredTailIsFoundByEveryProof) {
  Sql("UPDATE log SET event = x'00' WHERE position = 600");
  EXPECT_THAT(std::string(MessageOf(Prove(1))), HasSubstr("the tree's head has"));
  Sql("DELETE FROM log WHERE position = 600");
  EXPECT_TRUE(absl::IsDataLoss(Prove(1)));
}

TEST_F(AlteredLogTest, AnAlteredSubtreeRootIsFoundByEveryProof) {
  Sql("UPDATE tree_nodes SET hash = zeroblob(32) WHERE subtree = 1");
  EXPECT_TRUE(absl::IsDataLoss(Prove(1)));
  Sql("DELETE FROM tree_nodes WHERE subtree = 1");
  EXPECT_TRUE(absl::IsDataLoss(Prove(1)));
}

TEST_F(AlteredLogTest, AnAlteredEventIsFoundByProofsOfItsSubtree) {
  Sql("UPDATE log SET event = x'00' WHERE position = 300");
  EXPECT_THAT(std::string(MessageOf(Prove(257))), HasSubstr("positions 257 to 512"));
  EXPECT_TRUE(Prove(256).ok()) << "the other subtrees' roots are told by their kept roots";
}

TEST_F(AlteredLogTest, TheStoredLeafHashIsNotTrusted) {
  Sql("UPDATE log SET leaf_hash = zeroblob(32) WHERE position = 300");
  EXPECT_TRUE(Prove(300).ok());
}

}  // namespace
}  // namespace annals::contract
