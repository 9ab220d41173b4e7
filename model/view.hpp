// A view of the cluster: who takes part in an epoch, which shard holds which keys, and which
// servers hold which shard.
//
// The manager makes one and sends it to every node; it never changes. In a message only its
// description travels: whoever decodes it lays the same rings again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/job_spec.hpp"
#include "model/key_ring.hpp"
#include "model/values.hpp"

namespace psgrid {

struct TableShape {
  std::uint64_t keys = 0;
  std::uint32_t width = 1;  // values of a row
  bool operator==(const TableShape&) const = default;
};

// The replicas of a shard. Pushes enter at the head and are passed on to the tail.
struct Chain {
  Epoch since;                          // that these servers are the chain, in this order
  std::vector<std::uint32_t> servers;   // ranks, head first, at least one
  std::optional<std::uint32_t> joiner;  // rank of a server that is to become the tail
  Epoch joining_since;                  // that it is to; 0 without a joiner
  bool operator==(const Chain&) const = default;

  std::uint32_t head() const { return servers.front(); }
  std::uint32_t tail() const { return servers.back(); }
};

struct ViewDescription {
  Epoch epoch;
  std::uint32_t workers = 0;            // ranks 0, ..., workers - 1
  std::vector<std::uint32_t> expelled;  // workers that no longer take part, strictly rising
  // Workers that were not there from the start, or came back; the last time of each.
  struct Admitted {
    std::uint32_t worker = 0;
    Clock from;
  };
  std::vector<Admitted> admitted;    // by worker, strictly rising
  std::vector<std::uint32_t> homes;  // by shard: the server that should be the first to hold it
  std::vector<std::uint32_t> incarnations;  // by server: when it got its shards; 0 if left out
  std::vector<Chain> chains;                // by shard
  PartitionSpec partition;
  std::vector<TableShape> tables;  // of namespace 0, 1, ...
};

// The first view's chains: each shard at its home and on the next factor - 1 servers. servers:
// ranks, strictly rising.
std::vector<Chain> first_chains(const std::vector<std::uint32_t>& homes,
                                const std::vector<std::uint32_t>& servers, std::uint32_t factor);

class View {
 public:
  // With as many shards and the same tables as `previous` (may be null) the rings are shared.
  explicit View(ViewDescription description, const View* previous = nullptr);

  const ViewDescription& description() const { return description_; }
  Epoch epoch() const { return description_.epoch; }
  std::uint32_t workers() const { return description_.workers; }
  std::uint32_t shards() const { return static_cast<std::uint32_t>(description_.homes.size()); }
  const Chain& chain(std::uint32_t shard) const { return description_.chains[shard]; }
  NodeId head_of(std::uint32_t shard) const { return server_id(chain(shard).head()); }
  NodeId tail_of(std::uint32_t shard) const { return server_id(chain(shard).tail()); }

  // The shards that a server holds, or is to hold.
  std::vector<std::uint32_t> shards_of(std::uint32_t server) const;

  // Of a server when it got its shards; a later one does not have them.
  Incarnation incarnation_of(std::uint32_t server) const {
    const auto& incarnations = description_.incarnations;
    return {server < incarnations.size() ? incarnations[server] : 0};
  }

  // The one shard that a server is the tail of; nothing if there are none or several.
  std::optional<std::uint32_t> only_shard_read_at(std::uint32_t server) const;

  // When the newest of all chains was made.
  Epoch newest_chain() const { return newest_chain_; }

  const KeyRing& ring(Namespace table) const { return layout_->rings[table.value]; }

  // All keys of all tables: asked for this, a server answers with those that the shard holds.
  const Sections& everything() const { return layout_->everything; }

  // What a shard holds of all tables, as phantom rows. Like everything(), one list that many
  // messages share.
  const Sections& phantom_rows(std::uint32_t shard) const { return layout_->phantom_rows[shard]; }

 private:
  struct Layout {
    std::vector<KeyRing> rings;
    Sections everything;
    std::vector<Sections> phantom_rows;  // by shard
  };
  static std::shared_ptr<const Layout> lay(const ViewDescription& description);

  ViewDescription description_;
  std::shared_ptr<const Layout> layout_;
  Epoch newest_chain_;
};

// For the run's events: "epoch 1: 4 servers, 32 workers"; later views by what they change.
std::string describe(const View& view, const View* before);

using ViewPtr = std::shared_ptr<const View>;

}  // namespace psgrid
