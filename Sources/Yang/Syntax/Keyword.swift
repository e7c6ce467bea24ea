/// The keywords of RFC 7950, and one word for all that have a prefix.
enum Keyword: String, Sendable {
  case action
  case anydata
  case anyxml
  case argument
  case augment
  case base
  case belongsTo = "belongs-to"
  case bit
  case `case`
  case choice
  case config
  case contact
  case container
  case `default`
  case description
  case deviate
  case deviation
  case `enum`
  case errorAppTag = "error-app-tag"
  case errorMessage = "error-message"
  case `extension`
  case feature
  case fractionDigits = "fraction-digits"
  case grouping
  case identity
  case ifFeature = "if-feature"
  case `import`
  case include
  case input
  case key
  case leaf
  case leafList = "leaf-list"
  case length
  case list
  case mandatory
  case maxElements = "max-elements"
  case minElements = "min-elements"
  case modifier
  case module
  case must
  case namespace
  case notification
  case orderedBy = "ordered-by"
  case organization
  case output
  case path
  case pattern
  case position
  case prefix
  case presence
  case range
  case reference
  case refine
  case requireInstance = "require-instance"
  case revision
  case revisionDate = "revision-date"
  case rpc
  case status
  case submodule
  case type
  case typedef
  case unique
  case units
  case uses
  case value
  case when
  case yangVersion = "yang-version"
  case yinElement = "yin-element"
  /// A statement whose keyword has a prefix; an extension defines what it means.
  case prefixed = ":"
}
