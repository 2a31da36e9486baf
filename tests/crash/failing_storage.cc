#include "tests/crash/failing_storage.h"

#include <utility>

#include <fmt/format.h>

namespace annals::crash {
namespace {

class FailingCursor final : public RecordCursor {
 public:
  FailingCursor(std::unique_ptr<RecordCursor> inner, FaultPlan& plan) : inner_(std::move(inner)), plan_(plan) {}
  absl::StatusOr<const RecordView*> Next() override {
    return plan_.Count("Next", [&] { return inner_->Next(); });
  }

 private:
  std::unique_ptr<RecordCursor> inner_;
  FaultPlan& plan_;
};

// The reading half, which snapshots and transactions share.
template <class Interface>
class FailingReader : public Interface {
 public:
  FailingReader(std::unique_ptr<Interface> inner, FaultPlan& plan) : inner_(std::move(inner)), plan_(plan) {}

  const Head& head() const override { return inner_->head(); }
  absl::StatusOr<StreamVersion> VersionOf(std::string_view stream) override {
    return plan_.Count("VersionOf", [&] { return inner_->VersionOf(stream); });
  }
  absl::StatusOr<std::unique_ptr<RecordCursor>> ReadLog(const LogRange& range) override {
    return plan_.Count("ReadLog", [&]() -> absl::StatusOr<std::unique_ptr<RecordCursor>> {
      auto cursor = inner_->ReadLog(range);
      if (!cursor.ok()) return cursor.status();
      return std::make_unique<FailingCursor>(*std::move(cursor), plan_);
    });
  }
  absl::Status VisitLog(const LogRange& range, absl::FunctionRef<absl::Status(const RecordView&)> visit) override {
    const auto count = [&](const RecordView& record) { return plan_.Count("Record", [&] { return visit(record); }); };
    return plan_.Count("VisitLog", [&] { return inner_->VisitLog(range, count); });
  }
  absl::Status ReadRows(const RowQuery& query, TableSet set, absl::FunctionRef<absl::Status(Row)> visit) override {
    const auto count = [&](Row row) {
      plan_.CountRow();
      return visit(row);
    };
    return plan_.Count("ReadRows", [&] { return inner_->ReadRows(query, set, count); });
  }
  absl::StatusOr<uint64_t> CountRows(const RowQuery& query) override {
    return plan_.Count("CountRows", [&] { return inner_->CountRows(query); });
  }
  absl::StatusOr<uint64_t> SumRows(const TableDef& table) override {
    return plan_.Count("SumRows", [&] { return inner_->SumRows(table); });
  }
  absl::StatusOr<bool> HasTable(const TableDef& table) override {
    return plan_.Count("HasTable", [&] { return inner_->HasTable(table); });
  }
  absl::Status ReadSubtrees(uint64_t first, uint64_t last,
                            absl::FunctionRef<absl::Status(const Hash&)> visit) override {
    return plan_.Count("ReadSubtrees", [&] { return inner_->ReadSubtrees(first, last, visit); });
  }
  absl::StatusOr<Hash> StoredRoot() override {
    return plan_.Count("StoredRoot", [&] { return inner_->StoredRoot(); });
  }
  absl::StatusOr<std::string> DatabaseId() override {
    return plan_.Count("DatabaseId", [&] { return inner_->DatabaseId(); });
  }

 protected:
  std::unique_ptr<Interface> inner_;
  FaultPlan& plan_;
};

class FailingTransaction final : public FailingReader<Transaction> {
 public:
  using FailingReader::FailingReader;

  absl::StatusOr<StreamVersion> Append(std::string_view stream, StreamVersion expected,
                                       absl::Span<const NewEvent> events) override {
    return plan_.Count("Append", [&] { return inner_->Append(stream, expected, events); });
  }
  absl::Status PutRow(const TableDef& table, TableSet set, Row row) override {
    return plan_.Count("PutRow", [&] { return inner_->PutRow(table, set, row); });
  }
  absl::Status PutNewRows(const TableDef& table, TableSet set, absl::Span<const Value> cells) override {
    return plan_.Count("PutNewRows", [&] { return inner_->PutNewRows(table, set, cells); });
  }
  absl::Status CreateShadow(const TableDef& table) override {
    return plan_.Count("CreateShadow", [&] { return inner_->CreateShadow(table); });
  }
  absl::Status SwapShadow(const TableDef& table) override {
    return plan_.Count("SwapShadow", [&] { return inner_->SwapShadow(table); });
  }
  absl::Status DropShadow(const TableDef& table) override {
    return plan_.Count("DropShadow", [&] { return inner_->DropShadow(table); });
  }
  absl::Status RedactContent(Position position) override {
    return plan_.Count("RedactContent", [&] { return inner_->RedactContent(position); });
  }
  absl::Status Commit() override {
    return plan_.Count("Commit", [&] { return inner_->Commit(); });
  }
};

}  // namespace

void FaultPlan::FailAt(uint64_t call, FaultMoment moment, absl::StatusCode code) {
  calls_ = 0;
  fail_at_ = call;
  met_ = false;
  moment_ = moment;
  code_ = code;
}

absl::Status FaultPlan::Fault(const char* name) const {
  return absl::Status(code_, fmt::format("the storage's call {} ({}) was made to fail", calls_, name));
}

absl::StatusOr<std::unique_ptr<Transaction>> FailingStorage::Begin() {
  return plan_.Count("Begin", [&]() -> absl::StatusOr<std::unique_ptr<Transaction>> {
    auto transaction = inner_.Begin();
    if (!transaction.ok()) return transaction.status();
    return std::make_unique<FailingTransaction>(*std::move(transaction), plan_);
  });
}

absl::StatusOr<std::unique_ptr<Snapshot>> FailingStorage::Read() {
  return plan_.Count("Read", [&]() -> absl::StatusOr<std::unique_ptr<Snapshot>> {
    auto snapshot = inner_.Read();
    if (!snapshot.ok()) return snapshot.status();
    return std::make_unique<FailingReader<Snapshot>>(*std::move(snapshot), plan_);
  });
}

absl::Status FailingStorage::Sweep() {
  return plan_.Count("Sweep", [&] { return inner_.Sweep(); });
}

}  // namespace annals::crash
