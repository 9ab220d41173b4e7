// What is to be written to one connection: parcels, encoded, many to a system call.
//
// Long arrays of values are not copied; the messages that they belong to are kept until they are
// written. What is queued is written in order; a connection that breaks gives up the parcels whose
// bytes the system has taken, and starts the next one anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include <asio/buffer.hpp>

#include "model/codec.hpp"
#include "real/parcel.hpp"

namespace psgrid::real {

class OutQueue {
 public:
  // Pieces of one system call.
  static constexpr std::size_t kPiecesMax = 64;

  void add(const Parcel& parcel);
  // damage: done to the frame's bytes (link_faults.hpp); 0: none.
  void add(Parcel parcel, NodeId from, NodeId to, MessagePtr message, std::uint64_t damage = 0);

  bool empty() const { return chunks_.empty(); }
  std::uint64_t bytes() const { return bytes_; }  // queued

  // The next bytes to write; valid until the queue changes.
  const std::vector<asio::const_buffer>& gather();
  void written(std::size_t bytes);

  // The connection is a new one.
  void restart_parcel();
  void clear();

 private:
  struct Chunk {
    std::vector<std::byte> copied;
    std::vector<LeftOut> left_out;     // in `copied`
    std::vector<MessagePtr> owners;    // of left_out
    std::vector<std::size_t> parcels;  // where each begins, counting all bytes
    std::size_t size = 0;              // of all bytes
  };
  static constexpr std::size_t kChunkBytes = 64 << 10;

  Chunk& chunk_to_fill();

  std::deque<Chunk> chunks_;
  std::size_t written_ = 0;  // of the first
  std::uint64_t bytes_ = 0;
  std::vector<asio::const_buffer> gathered_;
  Chunk spare_;
};

}  // namespace psgrid::real
