#include "real/out_queue.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "model/check.hpp"
#include "model/link_faults.hpp"

namespace psgrid::real {

OutQueue::Chunk& OutQueue::chunk_to_fill() {
  if (chunks_.empty() || chunks_.back().copied.size() >= kChunkBytes ||
      chunks_.back().left_out.size() >= kPiecesMax / 2)
    chunks_.push_back(std::exchange(spare_, {}));
  chunks_.back().parcels.push_back(chunks_.back().size);
  return chunks_.back();
}

void OutQueue::add(const Parcel& parcel) {
  Chunk& chunk = chunk_to_fill();
  std::array<std::byte, kParcelBytes> header;
  encode(parcel, header);
  chunk.copied.insert(chunk.copied.end(), header.begin(), header.end());
  chunk.size += kParcelBytes;
  bytes_ += kParcelBytes;
}

void OutQueue::add(Parcel parcel, NodeId from, NodeId to, MessagePtr message,
                   std::uint64_t damage) {
  add(parcel);
  Chunk& chunk = chunks_.back();
  const std::size_t copied = chunk.copied.size(), left_out = chunk.left_out.size();
  if (damage != 0)
    encode(from, to, *message, chunk.copied);  // all of it: what is left out is not ours to damage
  else
    encode(from, to, *message, chunk.copied, chunk.left_out);
  std::size_t frame = chunk.copied.size() - copied;
  if (damage != 0) psgrid::damage(std::span(chunk.copied).subspan(copied), damage);
  for (std::size_t i = left_out; i < chunk.left_out.size(); ++i)
    frame += chunk.left_out[i].bytes.size();
  parcel.frame_bytes = static_cast<std::uint32_t>(frame);
  encode(parcel, std::span<std::byte, kParcelBytes>(chunk.copied.data() + copied - kParcelBytes,
                                                    kParcelBytes));
  if (chunk.left_out.size() > left_out) chunk.owners.push_back(std::move(message));
  chunk.size += frame;
  bytes_ += frame;
}

const std::vector<asio::const_buffer>& OutQueue::gather() {
  gathered_.clear();
  std::size_t skip = written_;
  const auto take = [&](std::span<const std::byte> piece) {
    const std::size_t skipped = std::min(skip, piece.size());
    skip -= skipped;
    if (skipped < piece.size() && gathered_.size() < kPiecesMax)
      gathered_.emplace_back(piece.data() + skipped, piece.size() - skipped);
  };
  for (const Chunk& chunk : chunks_) {
    const std::span<const std::byte> copied(chunk.copied);
    std::size_t done = 0;
    for (const LeftOut& piece : chunk.left_out) {
      take(copied.subspan(done, piece.offset - done));
      take(piece.bytes);
      done = piece.offset;
    }
    take(copied.subspan(done));
    if (gathered_.size() >= kPiecesMax) break;
  }
  return gathered_;
}

void OutQueue::written(std::size_t bytes) {
  PSGRID_CHECK(bytes <= bytes_, "no more bytes written than were queued");
  bytes_ -= bytes;
  written_ += bytes;
  while (!chunks_.empty() && written_ >= chunks_.front().size) {
    written_ -= chunks_.front().size;
    spare_ = std::move(chunks_.front());
    chunks_.pop_front();
    spare_.copied.clear();
    spare_.left_out.clear();
    spare_.owners.clear();
    spare_.parcels.clear();
    spare_.size = 0;
  }
}

void OutQueue::restart_parcel() {
  if (chunks_.empty()) return;
  const auto& parcels = chunks_.front().parcels;
  const std::size_t begun = *std::prev(std::upper_bound(parcels.begin(), parcels.end(), written_));
  bytes_ += written_ - begun;
  written_ = begun;
}

void OutQueue::clear() {
  chunks_.clear();
  written_ = 0;
  bytes_ = 0;
}

}  // namespace psgrid::real
