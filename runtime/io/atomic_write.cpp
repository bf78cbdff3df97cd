#include "runtime/io/atomic_write.hpp"
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <random>
#include <string>
#include "runtime/io/file_operation.hpp"

namespace aio {
namespace detail { namespace {

/// A file that is removed in the end, unless it was renamed.
struct Temporary final : FileState {
    using FileState::FileState;
    ~Temporary() { remove(); }
    void remove() noexcept {
        if (!std::exchange(gone, true)) ::unlink(file.path().c_str());
    }
    bool gone = false;
};

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

/// Opens a file beside `target`, with its permissions if there is one.
std::shared_ptr<FileState> make_beside(const std::filesystem::path& target) {
    std::random_device random;
    while (true) {
        const std::string name = "." + target.filename().string() + "." + std::to_string(random());
        try {
            const auto made = std::make_shared<Temporary>(folder_of(target) / name, "x");
            const auto& path = made->file.path();
            struct stat old {};
            if (::stat(target.c_str(), &old) == 0 && ::chmod(path.c_str(), old.st_mode & 07777) < 0)
                throw_file_error(errno, "chmod", path);
            return made;
        } catch (const FileExistsError&) {}  // somebody else's: another number
    }
}

// [commit]
void commit(Temporary& made, const std::filesystem::path& target) {
    made.file.fsync();  // first, for a rename that is on the disk before the contents would lead to a half-written file
    made.file.close();
    if (::rename(made.file.path().c_str(), target.c_str()) < 0) throw_file_error(errno, "rename", target);
    made.gone = true;
    BlockingFile folder(folder_of(target), "r");
    folder.fsync();  // the new name is on the disk, too
    folder.close();
}
// [/commit]
}}  // namespace detail

Coroutine<void> AtomicWrite::aenter() { state_ = co_await to_thread(detail::make_beside, target_); }

Coroutine<void> AtomicWrite::aexit(std::exception_ptr error) {
    auto& made = static_cast<detail::Temporary&>(*state_);  // its turn keeps it alive
    const auto ends = [keep = !error, &made, target = target_](detail::BlockingFile& file) {
        if (keep) return detail::commit(made, target);
        made.remove();
        file.close();
    };
    return detail::perform(state_, ends, detail::never_instant);
}
}  // namespace aio
