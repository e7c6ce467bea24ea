import Testing

@testable import Packages

@Suite struct `XML reader` {
  @Test func `elements, texts and lines are read`() throws {
    let root = try XMLReader.read(
      Array(
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- a comment
             of two lines -->
        <a xmlns="urn:a" xmlns:b='urn:b' x="1 &lt; 2">
          text &amp; &#65;&#x42;<![CDATA[ <raw> ]]>
          <!-- <hidden/> -->
          <b:c/>
          <d xmlns="urn:d"><e/></d ><?pi?>
        </a>

        """.utf8))
    #expect(root.namespace == "urn:a")
    #expect(root.name == "a")
    #expect(root.line == 4)
    #expect(root.text == "text & AB <raw>")
    #expect(root.children.map(\.name) == ["c", "d"])
    #expect(root.children.map(\.namespace) == ["urn:b", "urn:d"])
    #expect(root.children.map(\.line) == [7, 8])
    #expect(root.children[1].children[0].namespace == "urn:d")
    #expect(root.children[0].prefixes["b"] == "urn:b")
  }

  @Test(arguments: [
    ("", 1, "the document has no element"),
    ("\n text", 2, "text outside of the root element"),
    ("<a>\n<b>\n</a>", 3, "</a> where </b> should close <b> of line 2"),
    ("<a>\n<b>", 2, "<b> of line 2 has no end tag"),
    ("<a", 1, "the document ends within <a>"),
    ("<a b>", 1, "expected '=' after attribute b"),
    ("<a b=c>", 1, "expected the value of attribute b in quotes"),
    ("<a b='c'd='e'/>", 1, "expected '>' at the end of <a>"),
    ("<a b='1' b='2'/>", 1, "attribute b comes twice"),
    ("<a b='<'/>", 1, "'<' in the value of attribute b"),
    ("<a>\nx & y</a>", 2, "'&' must be written as &amp;"),
    ("<a>&nbsp;</a>", 1, "&nbsp; is not known; XML has &amp; &lt; &gt; &quot; &apos; and character numbers"),
    ("<a>&#xD800;</a>", 1, "&#xD800; is not known; XML has &amp; &lt; &gt; &quot; &apos; and character numbers"),
    ("<a>&#0;</a>", 1, "&#0; is not known; XML has &amp; &lt; &gt; &quot; &apos; and character numbers"),
    ("<a>&#+65;</a>", 1, "&#+65; is not known; XML has &amp; &lt; &gt; &quot; &apos; and character numbers"),
    ("<a>\n<![CDATA[\0]]></a>", 2, "the control character 0 is not allowed in XML"),
    ("<x:a/>", 1, "the prefix of <x:a> is not bound to a namespace"),
    ("<a/>\n<b/>", 2, "something follows the root element </a>"),
    ("<a>\n<!-- x -- y --></a>", 2, "'--' within a comment"),
    ("<a>\n<!-- x </a>", 2, "the comment that begins here has no end"),
    ("<a>\u{1}</a>", 1, "the control character 1 is not allowed in XML"),
    ("<!DOCTYPE a>\n<a/>", 1, "a document type declaration is not supported"),
    ("<?xml version='1.0' encoding='UTF-16'?><a/>", 1, "the encoding utf-16 is not supported; save the file as UTF-8"),
    ("< a/>", 1, "expected a name"),
  ])
  func `what is not XML is refused with its line`(text: String, line: Int, message: String) throws {
    let error = try #require(throws: XMLError.self) { try XMLReader.read(Array(text.utf8)) }
    #expect(error == XMLError(line: line, message: message))
  }

  @Test func `a byte order mark and ISO-8859-1 are understood, other bytes are not UTF-8`() throws {
    #expect(try XMLReader.read([0xEF, 0xBB, 0xBF] + Array("<a/>".utf8)).name == "a")
    let latin = Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>".utf8) + [0xE9] + Array("</a>".utf8)
    #expect(try XMLReader.read(latin).text == "\u{E9}")
    #expect(throws: XMLError(line: 1, message: "the file is not UTF-8")) {
      try XMLReader.read(Array("<a>".utf8) + [0xE9] + Array("</a>".utf8))
    }
  }

  @Test func `depth is limited`() throws {
    let text = String(repeating: "<a>", count: 100_000)
    let error = try #require(throws: XMLError.self) { try XMLReader.read(Array(text.utf8)) }
    #expect(error.message == "elements lie more than 100 deep")
  }
}
