#include "tests/integrity/scene.h"

#include <capnp/message.h>
#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "eventstore/leaf.h"
#include "eventstore/merkle.h"
#include "projections/rebuild.h"
#include "tests/support/must.h"
#include "tests/support/store.h"
#include "tests/support/unguarded.h"

namespace annals::integrity {

using support::Must;
using support::Unguarded;

namespace {

Connection OpenRaw(const std::string& path) {
  Connection connection = Must(Connection::Open(path, OpenMode::kReadWrite, 1000));
  Must(connection.Execute("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON"));
  return connection;
}

Hash LeafHashAt(const Connection& connection, uint64_t position) {
  Statement row = Must(connection.Prepare(
      "SELECT (SELECT name FROM streams WHERE id = stream), version, event FROM log WHERE position = ?"));
  row.Bind(1, static_cast<int64_t>(position));
  Must(row.Step());
  return LeafHashOf({position}, row.Text(0), {static_cast<uint64_t>(row.Int(1))}, row.Blob(2));
}

}  // namespace

Scene::Scene() : log_({.pipeline_commands = 300}), path_(support::FreshPath("tampered")) {
  WriteFiles(log_.files(), path_);
}

SealedLog Scene::older() const {
  return SealedLog({.pipeline_commands = 200, .commands_in_wal = 40});
}

SealedLog Scene::other() const {
  return SealedLog({.pipeline_commands = 300, .seed = 8});
}

Scene::~Scene() {
  support::RemoveDatabase(path_);
}

void Scene::Sql(const std::string& sql) const {
  Must(OpenRaw(path_).Execute(sql));
}

void Scene::Alter(const std::string& sql) const {
  const Connection connection = OpenRaw(path_);
  const Unguarded unguarded(connection);
  Must(connection.Execute(sql));
}

void Scene::AlterSchema(const std::string& sql) const {
  Must(OpenRaw(path_).Execute("PRAGMA writable_schema = ON;" + sql));
}

void Scene::EditEvent(uint64_t position, const std::function<void(schema::Event::Builder)>& edit) const {
  const Connection connection = OpenRaw(path_);
  const Unguarded unguarded(connection);
  std::string bytes;
  {
    Statement row = Must(connection.Prepare("SELECT event FROM log WHERE position = ?"));
    row.Bind(1, static_cast<int64_t>(position));
    Must(row.Step());
    EventDecoder decoder;
    capnp::MallocMessageBuilder message;
    message.setRoot(Must(decoder.Decode(row.Blob(0))));
    edit(message.getRoot<schema::Event>());
    EncodeEvent(message.getRoot<schema::Event>().asReader(), bytes);
  }
  Statement update = Must(connection.Prepare("UPDATE log SET event = ? WHERE position = ?"));
  update.BindBlob(1, bytes);
  update.Bind(2, static_cast<int64_t>(position));
  Must(update.Run());
}

uint64_t Scene::PositionOf(std::string_view event_type) const {
  const auto position = Must(OpenRaw(path_).QueryInt(
      fmt::format("SELECT min(position) FROM log JOIN event_types ON id = event_type WHERE name = '{}'", event_type)));
  return static_cast<uint64_t>(position.value());
}

void Scene::KeepWholeLeaves(uint64_t last, uint64_t step) const {
  const Connection connection = OpenRaw(path_);
  const Unguarded unguarded(connection);
  std::string sql;
  for (uint64_t position = step; position <= last; position += step) {
    sql += fmt::format("UPDATE log SET leaf_hash = x'{}' WHERE position = {};", HexOf(LeafHashAt(connection, position)),
                       position);
  }
  Must(connection.Execute(fmt::format("BEGIN; {} COMMIT", sql)));
}

void Scene::HashAnew(uint64_t position) const {
  const Connection connection = OpenRaw(path_);
  const Unguarded unguarded(connection);
  Must(connection.Execute(fmt::format("UPDATE log SET leaf_hash = x'{}' WHERE position = {}",
                                      HexOf(KeptPartOf(LeafHashAt(connection, position))), position)));
}

void Scene::HashAllAnew() const {
  const Connection connection = OpenRaw(path_);
  const Unguarded unguarded(connection);
  const auto events = static_cast<uint64_t>(Must(connection.QueryInt("SELECT count(*) FROM log")).value());
  MerkleTree tree;
  std::string sql = "BEGIN; DELETE FROM tree_nodes;";
  for (uint64_t position = 1; position <= events; ++position) {
    const Hash leaf = LeafHashAt(connection, position);
    sql += fmt::format("UPDATE log SET leaf_hash = x'{}' WHERE position = {};", HexOf(KeptPartOf(leaf)), position);
    if (const auto subtree = tree.Append(leaf)) {
      sql += fmt::format("INSERT INTO tree_nodes VALUES ({}, x'{}');", position / MerkleTree::kSubtreeLeaves - 1,
                         HexOf(*subtree));
    }
  }
  sql += fmt::format(
      "UPDATE tree_head SET tree_size = {}, recorded_at = (SELECT recorded_at FROM log WHERE position = {}),"
      "generation = generation + 1, root = x'{}', frontier = x'{}'; COMMIT",
      events, events, HexOf(tree.Root()), HexOf(tree.frontier()));
  Must(connection.Execute(sql));
}

void Scene::FoldAnew() const {
  Must(Rebuild(*OpenAt(path_, OpenMode::kReadWrite), nullptr, [](uint64_t, uint64_t) {}));
}

}  // namespace annals::integrity
