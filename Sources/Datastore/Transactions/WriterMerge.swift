/// Who has written a node after a transaction was carried over to a newer tree.
struct WriterMerge {
  /// A node on one side: who wrote it, and what it holds.
  struct Trace {
    let origin: Origin?
    let content: Origin.Original
  }

  /// The writers: the store's, less those that the transaction took back, and last those that wrote in it.
  let origin: Origin?
  /// Whether services were taken back in the transaction and none wrote.
  let isTakenBack: Bool
  /// What the node is when no service writes it.
  let original: Origin.Original
  private let base: Trace?
  private let mine: Trace?
  private let theirs: Trace?

  /// Merges the writers of one node.
  ///
  /// - Parameters:
  ///   - base: The node when the transaction began, if it was there.
  ///   - mine: What the transaction made of it.
  ///   - theirs: The node in the store now.
  init(_ base: Trace?, _ mine: Trace?, _ theirs: Trace?) {
    self.base = base
    self.mine = mine
    self.theirs = theirs
    let before = base?.origin?.writers ?? []
    let after = mine?.origin?.writers ?? []
    let wrote = after.filter { writer in !before.contains { $0.edit === writer.edit && $0.run == writer.run } }
    let gone = before.filter { writer in !after.contains { $0.run == writer.run } }
    isTakenBack = wrote.isEmpty && !gone.isEmpty
    original = theirs?.origin?.original ?? theirs?.content ?? .absent
    if mine?.origin === base?.origin {
      origin = theirs?.origin
      return
    }
    let touched = Set((wrote + gone).map(\.run))
    let kept = (theirs?.origin?.writers ?? []).filter { !touched.contains($0.run) }
    let count = kept.count + wrote.count
    // An only writer has no value beside the leaf's, and gets one when it is no longer alone.
    func valued(_ writer: Origin.Writer, _ side: Trace?) -> Origin.Writer {
      guard count > 1, case .leaf(let value)? = side?.content else { return writer }
      return Origin.Writer(run: writer.run, value: writer.value ?? value, edit: writer.edit)
    }
    let writers = kept.map { valued($0, theirs) } + wrote.map { valued($0, mine) }
    origin = writers.isEmpty ? nil : Origin(writers: writers, original: original)
  }

  /// Whether an entry, a presence container or a value of a leaf-list is there after the merge.
  ///
  /// - Parameter changedBelow: Whether the transaction wrote something below that must have a place.
  /// - Returns: Whether it is there.
  func stays(changedBelow: Bool) -> Bool {
    switch (base, mine, theirs) {
    case (nil, nil, nil), (_?, nil, nil): false
    case (nil, _, _): true
    case (let base?, nil, _?): origin != nil && base.origin != nil
    case (let base?, let mine?, nil): changedBelow || base.origin !== mine.origin && origin != nil
    case (let base?, let mine?, let theirs?):
      // Each side took a different one of the last writers back.
      !(origin == nil && mine.origin != nil && theirs.origin != nil && base.origin?.isOriginallyAbsent == true)
    }
  }
}

extension Origin {
  /// Whether the node was not there before services wrote it.
  fileprivate var isOriginallyAbsent: Bool { if case .absent = original { true } else { false } }
}
