"""Keep the phrases by which requests to a shop are recognised."""

import re

from core.language.text import any_of

CARE = re.compile(
    r"\b(?:clean(?:ing|ed)?|wash(?:ing|able|ed)?|dishwasher|machine-?wash(?:able)?|(?:care|caring) for|tak(?:e|"
    r"ing) care of|look(?:ing)? after|descal\w*|polish\w*|"
    r"tumble|bleach\w*|scrub\w*|launder\w*|dry-?clean\w*|what temperature)\b"
)
GENERAL = re.compile(
    r"\bgift ?cards\b(?!.*\b(?:my|mine|i have)\b)|\bcontact\b(?=.*\byou\b|[?!. ]*$)|\b(?:get in touch|reach) "
    r"(?:with )?you\b|\bgift[- ]?wrap\w*"
)
"""What the articles answer, though its words also stand in questions about own data or goods in stock."""
FOR_PEOPLE = re.compile(
    r"\b(?:undo|reverse|revert|reinstate|restore|reactivate) (?:the |my |that |a )?order\b|"
    r"\b(?:someone|somebody|anyone|person|human|colleague) (?:\w+ )?look (?:at|into) (?:my|our) (?:order|parcel)s?\b"
)
"""What only people can do with an order."""

CANCEL = any_of(
    r"\b(?:cancel(?:l?ed|l?ing|lation|ation)?(?!.*\b(?:newsletter|subscription|account|e-?mails?)\b)|call(?:ed|"
    r"ing)? off|scrap|abort|revoke|void|annul)\b",
    r"\b(?:kill|drop|stop|withdraw|halt|delete|remove|scratch|reverse) (?:\w+ )?(?:my |the |this |that |an? "
    r")?(?:\w+ )?(?:order|purchase|shipment)\b",
    r"\b(?:remove|delete|take|drop|strike)\b(?!.*\bback\b)[^.?!]{1,60}\b(?:from|off|out "
    r"of)\b[^.?!]{0,20}(?:order|#|\b[a-z]{1,3}\d{4,})",
    r"\b(?:no longer|don't|do not|not) (?:want|need)(?: to (?:have|receive|get))? (?:my |the |this |that "
    r")(?:\w+ )?(?:order|purchase)\b",
    r"\b(?:don't|do not|please don't) (?:ship|send|deliver|process|dispatch) (?:it|that|this|my order|the "
    r"order|order|#?[a-z]{0,3}\d{4,})",
    r"\b(?:stornier\w*|annuler|cancelar|annullare|annuleren|anulować)\b",
)
RETURN = any_of(
    r"\breturn(?:ing|s|able|ed)?\b(?! (?:address|to stock|to me|the call|my call))",
    r"\b(?:go|goes|going) back\b(?! (?:to|and)\b)",
    r"\bget (?:\w+ ){0,3}back (?:for|when|if) (?:the|my|it|i)\b",
    r"\b(?:send|sending|give|giving|bring|bringing|ship|shipping|take|mail) (?:(?:it|this|that|them|these|"
    r"those|something|things|items?|everything|all|an?|the|my|one|two|both|of|\w+) ){0,5}back\b",
    r"\b(?:zurückgeben|zurücksenden|zurückschicken|renvoyer|devolver|restituire|retourneren|zwrócić)\b",
)
SWAP = any_of(
    r"\b(?:exchange|exchanging|exchanged|swap(?:ped|ping)?|trade (?:it|this|in|my|the)|umtauschen|échanger|"
    r"cambiar|ruilen|wymienić)\b",
    r"\breplace (?:it|this|that|them|the|my)\b.*\b(?:with|by|for)\b",
    r"\b(?:different|another|bigger|larger|smaller|shorter|longer|brighter|cheaper|other) (?:size|colou?r|"
    r"version|model|variant|option|material|style)\b(?=.*\b(?:order|instead|my|please|need|want)\b|.*$)",
    r"\b(?:change|modify|switch|update|upgrade|adjust|make|turn) (?:(?!address|payment|password|e-?mail|"
    r"name\b)[\w#']+(?:[- ]|[:,] )){0,10}?(?:to|into|for|from|with) (?!.*\b(?:address|paypal|card|payment)\b)",
    r"\b(?:make|get|have|want|need|like|take|give|send) (?:(?!address|payment)[\w-]+ ){1,9}instead(?: "
    r"of)?\b(?!.*\b(?:address|paypal|card|payment)\b)",
    r"\b(?:change|modify|edit) (?:my |the )?(?:order )?#?[a-z]{1,3}\d{4,}(?= ?[?.!,]|$)",
    r"\bmake (?:it|this|that|them|the [\w -]+?|my [\w -]+?) (?:black|white|red|blue|green|grey|gray|purple|"
    r"yellow|pink|brown|orange|gold|silver|beige|small|medium|large|bigger|smaller|xs|s|m|l|xl|xxl)\b",
    r"(?<!do you )(?<!you )\b(?:get|have|want|like|need) (?:the|my) [\w -]{2,40} in (?!stock|time|the\b|my\b|"
    r"order|hand|person|#|[a-z]*\d{4,})(?:an? )?\w+|\bin [a-z]*\d+ in \w+",
    r"\brather (?:have|get|take|want)\b|\bi(?:'d| would) prefer (?:the|an?|it in)\b",
    r"\b(?:modify|change|edit) (?:(?:the |my |an? |some )?(?:items?|products?)\b|"
    r"(?:it|that one|this one|them)(?: back)?[?.! ]*$)|"
    r"\b(?:modify|change|edit) (?:the|my) (?:(?!address|payment)[\w-]+ ){0,2}order\b(?!.*\b(?:address|payment|card)\b)|"
    r"\bupgrade\b",
)
REFUND = any_of(
    r"\brefund(?:ed|s|ing)?\b|\bmoney back\b|\breimburse(?:d|ment)?\b|\bget back my money\b|\bremboursement\b|"
    r"\breembolso\b|\brückerstattung\b"
)
ADDRESS = any_of(
    r"\baddress(?:es)?\b|\badresse\b|\bdirección\b|\bindirizzo\b|\b(?:typo|mistake|wrong|"
    r"error)\b[^.?!]*\b(?:street|house number|zip(?: code)?|postcode|city)\b|\b(?:street|house number|zip(?: "
    r"code)?|postcode|city)\b[^.?!]*\b(?:typo|mistake|wrong|error|incorrect)\b|\bi(?:'ve| have)? (?:just |"
    r"recently )?moved\b|\b(?:send|ship|deliver|redirect|reroute)\b.*\b(?:instead|another place|new (?:home|"
    r"house|flat|apartment|place)|different place)\b|\b(?:sent|shipped|delivered|go) to (?:my|a|our) \w+ instead\b"
)
ADDRESS_VERB = any_of(
    r"\b(?:chang(?:e|ing)|updat(?:e|ing)|correct(?:ing)?|modify|edit|fix|set|use|switch|replace|redirect|reroute|wrong|incorrect|"
    r"outdated|old|moved|mistyped|typo|send|sent|ship|shipped|deliver|delivered|new|make (?:it|that|this))\b"
)
DEFAULT = any_of(
    r"\b(?:default|standard|profile|account|user|on file|saved|home) (?:\w+ )?(?:address|shipping)\b|"
    r"\baddress\b.*\b(?:in|on|of) (?:my|the) (?:profile|account|file)\b|\bmy (?:home )?address\b(?!.*\border)"
)
PAY = (
    r"(?:pay ?pal|gift ?card|credit card|debit card|visa|master ?card|amex|american express|card|payment method|"
    r"way of paying)"
)
PAYMENT = any_of(
    rf"\b(?:change|switch|update|move|put|use|charge|modify|pay|set|transfer|bill)\b[^.?!]*\b{PAY}\b",
    rf"\b(?:different|another|other|new) {PAY}\b",
    rf"\bpayment\b.*\b(?:to|with|on) (?:my |the )?{PAY}\b",
    rf"\b(?:get|have|want) (?:it|that|this|them) (?:on|to|onto) (?:my |the |a )?{PAY}\b",
)
ORDER_WORD = (
    r"(?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|stuff|things?|purchases?|items?|bestellung|paket|"
    r"commande|colis|pedido|paquete|ordine|pacco|encomenda|bestelling|pakket|zamówieni\w+|paczk\w+)"
)
STATUS = any_of(
    rf"\b(?:where|track|tracking|status|news|update|progress|locate|find|check|see|look)\b[^.?!]*\b{ORDER_WORD}\b",
    rf"\b{ORDER_WORD}\b[^.?!]*\b(?:where|status|arriv\w*|late|delayed|shipped|sent|dispatched|on (?:its|the) "
    rf"way|turned up|come|came|here yet|not here|stuck|lost|left|gone|moved|going on|out for delivery|tracking)\b",
    r"\b(?:has|have|did|is|are|was|when|will)\b[^.?!]*\b(?:my|the|it|that|this|they|order|package|"
    r"parcel)\b[^.?!]*\b(?:ship(?:ped)?|arriv(?:e|ed|ing)|deliver(?:ed)?|get here|be here|come|dispatch(?:ed)?|sent|"
    r"left|late|delayed|lost|there yet|here yet|coming|reach(?:ed)?|on (?:its|the) way|on (?:its|the) road)\b",
    r"\bwhere (?:has|have|did) (?:it|they|my [\w -]+?|the [\w -]+?) (?:got|gone|go|end)\b|\b(?:did|have|has) "
    r"(?:you|they)(?: already)? (?:ship|shipped|send|sent|dispatch|dispatched|deliver|delivered)\b",
    r"\b(?:news|update|word|status|progress)\b[^.?!]*\b(?:about|on|of|for|with|regarding) (?:my|the)\b|"
    r"\bwhat(?:'s| is) (?:going on|happening|up) with (?:my|the)\b",
    r"\b(?:when|what day|what date|how long until)\b[^.?!]*\b(?:arriv|deliver|get (?:it|here|them|my)|receive "
    r"(?:it|my|them)|expect|be here|come)\w*",
    r"\btrack(?:ing)? (?:number|id|code|link|info\w*)|\btrack (?:it|my|the|this|that)\b|\beta\b|\bwhere(?:'s| "
    r"is| are) (?:my|it|the|they|that|this)\b",
    r"\b(?:haven't|have not|hasn't|has not|didn't|did not|never|still (?:not|haven't|"
    r"waiting))\b[^.?!]*\b(?:receiv\w*|arriv\w*|got(?:ten)?|come|turned up|shown up|delivered|my (?:order|"
    r"parcel|package))\b",
    rf"\b{ORDER_WORD}\b[^.?!]*\b(?:should|ought to) (?:have|'ve)? ?(?:been|come|arrived|be)\b",
    r"\b(?:its|their|current) status\b|\bstatus of (?:it|that|this|them)\b|\bwhen (?:it|they|this|that) "
    r"(?:ships?|leaves?|arrives?|comes?|gets? here|will)\b",
)
MINE = any_of(
    r"\b(?:my|mine|it|its|that order|this order|the order|they|i ordered|i bought|i placed|our|meine?n?|ma|mon|"
    r"mi|mio|mia|meu|minha|mijn|moj[ae]|moje)\b"
)
ORDER_FACT = any_of(
    r"\b(?:what|how much|which|who)\b[^.?!]*\b(?:pay|paid|cost|spend|spent|charged|total|price|worth|items?|products?|"
    r"in (?:it|my order|that order|this order)|ordered|address)\b[^.?!]*\b(?:order|it|that|i|purchase)\b",
    r"\b(?:total|price|amount|cost|details?|contents?) (?:of|for) (?:my|the|that|this|order)\b[^.?!]*\border",
    r"\bwhat (?:did i|have i|i) (?:order|buy|bought|purchase)",
    r"^(?:and |so )?what(?:'?s| is| was| were|does)(?: it)? (?:in|contain\w*|inside)(?: it| that| there| the "
    r"(?:order|parcel|package|box)(?: (?:from|of|on|with) .{1,40})?)?[?. ]*$",
)
BOUGHT_WHICH = re.compile(
    r"\b(?:which|what) \w+ (?:did|have) i (?:order|buy|bought|choose|chosen|pick)\w*\b|"
    r"\bwhich (?:one|order|parcel|package|number)s? (?:is|are|has|was|contains) (?:the|my) (?!\w+est\b|most|best)"
)
"""Asks of goods of theirs what stands in the order: `which colour did I order?`"""
PAID_HOW = any_of(
    r"\bhow (?:did|have) (?:i|we) pa(?:y|id)\b|\bhow (?:was|is) (?:it|that|this|the order) paid\b",
    r"\bwhat (?:did|have) (?:i|we) pa(?:y|id) (?:\w+ ){0,8}with\b",
    r"\b(?:which|what) (?:card|payment method|account)\b[^.?!]*\b(?:used?|pa(?:y|id)|charged)\b",
)
LIST = any_of(
    r"\b(?:list|show|see|view|pull up|give|display|tell|get|check|what(?: are)?|which|what's|how many|look "
    r"up)\b[^.?!]*\b(?:my |all |open |pending |recent |past |previous |placed |current |last |few |latest "
    r")+(?:\w+ )?orders\b",
    r"\b(?:which|what|any|how many) (?:of my |my )?orders\b(?! (?:ship|qualify|get|are free|can|count))|\bwhat "
    r"have i (?:ever |already )?ordered\b",
    r"\border history\b|\bpurchase history\b|\borders (?:do i have|have i|i have|i've|i placed|i made|are "
    r"(?:open|pending|mine))\b|\b(?:everything|all|what) (?:that )?i(?:'ve| have)? (?:ever )?ordered\b(?! from|"
    r" in order)|^my orders\b|\borders? (?:under|in|on) my (?:name|account)\b",
)
PROFILE = any_of(
    r"\b(?:my|the) (?:gift ?card )?balance\b|\b(?:how much|what)(?: money)? (?:is|do i have|have i|is left|left|"
    r"remains)\b[^.?!]*\b(?:on|in) (?:my|the) (?:gift ?card|account)\b|\bbalance (?:of|on)\b|\bgift ?card balance\b",
    r"\b(?:what|which|show|see|tell|check|list|do you have|is|view)\b[^.?!]*\b(?:my|on file|saved|stored|"
    r"registered|i have|am i)\b[^.?!]*\b(?:profile|e-?mail(?: address)?|(?:default |home |saved "
    r")?address(?:es)?|payment methods?|(?:credit )?cards?|account (?:details|data|information|info)|personal "
    r"(?:details|information|info))\b(?!.*\border)",
    r"\b(?:what|which|is|show|do)\b[^.?!]*\b(?:address(?:es)?|e-?mail(?: address)?|cards?|payment methods?|"
    r"details|information|data|name)\b[^.?!]*\b(?:on file|do you have (?:for|of|about|on) me|in my (?:account|"
    r"profile)|saved|stored|registered|have (?:for|of|about|on) me)\b",
    r"\b(?:which|what) (?:e-?mail|address|card|phone number|name)(?: address)? (?:i|did i|have i|do i) "
    r"(?:use[d]?|have|give|gave|registered|register)\b",
    r"^(?:my )?profile[?!. ]*$",
)
NOT_GOODS = (
    r"(?!.*\b(?:shipping|delivery|express|postage|return label|assembly|stores?|shops?|opening|newsletter|warranty|"
    r"guarantee|returns?|refunds?|invoice|account|discounts?|promo|codes?|pick-?up|repairs?|gift wrap\w*|freight|"
    r"inspection)\b)"
)
PRODUCT = any_of(
    rf"\b(?:do|does|did) (?:you|your (?:shop|store)|the shop|alder & finch)(?: guys)?(?: still| also| "
    rf"currently)? (?:have|sell|stock|carry|offer|got)\b{NOT_GOODS}(?!.*\b(?:me|i)\b)",
    rf"\b(?:have you|have you guys|you) got (?:any|an?|the|some)\b{NOT_GOODS}",
    rf"\b(?:is|are|got|have)\b[^.?!]*\b(?:in stock|available|sold out|out of stock|on sale)\b{NOT_GOODS}",
    rf"\b(?:how much|what)(?: is|'s| are| does| do| would| will)?\b{NOT_GOODS}[^.?!]*\b(?:price|cost|costs|"
    rf"sell for|go for)\b",
    rf"\b(?:how much (?:is|are|for|'s) (?:the|a|an|your|one|that|this|those|these)|prices? (?:of|for|on))\b{NOT_GOODS}",
    r"\b(?:what|which) (?:other )?(?:colou?rs?|sizes?|materials?|versions?|variants?|options?|models?|styles?|"
    r"kinds?|types?)\b(?!.*\b(?:my|order)\b)",
    r"\b(?:cheapest|most expensive|least expensive|priciest|biggest|smallest|largest)\b(?!.*\b(?:exchange|swap|"
    r"change|my|shipping|delivery)\b)",
    rf"\b(?:what|which) [\w-]+ (?:of|for|does|do) the\b{NOT_GOODS}",
    r"\bhow many\b[^.?!]*\b(?:options?|variants?|versions?|kinds?|types?|colou?rs?|models?)\b",
    r"\b(?:looking|look|search(?:ing)?|shopping) for (?:an?|some|the|new)\b|\bavailability of\b|\bback in "
    r"stock\b(?!.*\bhow\b)",
    r"\b(?:does|is|are|do) (?:the|your) (?:[\w-]+ ){1,4}(?:come in|available in)\b",
)
QUESTION_ABOUT_RULES = re.compile(
    r"^(?:(?:hi|hello|hey|and|also|but|so|ok|okay|well|then|just wondering|quick question|question|please tell "
    r"me|tell me|could you tell me|can you tell me|i(?:'d| would) like to know|i want to know|do you know|"
    r"i(?:'m| am) wondering|i was wondering)[,:!. ]*)*"
    r"(?:if |whether )?(?:how|what|when|where|which|why|who|until|by when|do (?:i|you|we)|does|is (?:it|there|"
    r"a|an|the|this)|are (?:there|your|returns?|refunds?|exchanges?|all|the)|am i|can (?:i|we|one|people|"
    r"customers?|orders?|returns?|refunds?|it|someone|somebody|you return|you exchange|an?|items?|the)|could i|"
    r"may i|might i|will (?:i|you)|would (?:i|you charge|it)|should i|must i|"
    r"if i|what's|is my|are my)\b"
)
UNDECIDED = re.compile(
    r"\b(?:friend|colleague|wife|husband|mother|father|mum|mom|dad|sister|brother|partner|neighbou?r|someone|somebody|"
    r"they|he|she|people|website|article)s? (?:\w+ )?(?:said|says?|told me|thinks?|claims?|mentioned)\b|"
    r"\bi (?:heard|read|was told|am told|gather)\b|\b(?:just|only|merely) (?:asking|curious|wondering)\b|\bthinking "
    r"(?:about|of)\b|\bconsidering\b|\bif i (?:were to|was to|should|cancell?ed|returned|exchanged|changed|swapped)\b|"
    r"\bi (?:may|might) (?:still |just |also )?(?:keep|want|need|cancel|return|exchange)\b|\bnot (?:yet )?sure "
    r"(?:yet )?(?:if|whether)\b"
)
"""What tells that a customer talks about a change without having made up their mind."""
TAKES_UP = re.compile(
    r"\b(?:go ahead|do (?:it|that|this|so)|yes|ok(?:ay)?,? (?:that|this) one|take (?:it|that))\b(?!.*\?)"
)
"""What turns an inquiry into a wish, once its answer has invited to it."""
POLICY_WORDS = re.compile(
    r"\b(?:polic(?:y|ies)|rules?|terms|conditions|deadline|window|time limit|fees?|allowed|is it possible|how "
    r"long|how many days|how do (?:i|you|we)|how does|how can i|what happens|what if|is it ok|in general|"
    r"generally|usually|normally|guarantee|warranty)\b"
)
NOT_ORDERED_YET = re.compile(
    r"\b(?:can|could|may|should|how (?:do|can)|if|when) (?:i|we) (?:still |also |just )?(?:buy|order|purchase)\b"
    r"(?! (?:my|this|that|it|the order)\b)|"
    r"\b(?:an?|orders?) (?:\w+ )?(?:of |over |under |above |below )?"
    r"(?:[$€£] ?\d+|\d+[- ]?(?:dollars?|usd|euros?|bucks?|[$€£]))"
)
"""What asks of an order that is still to be made."""
RELATIVE = r" (?:was|were|is|are|has|have|had|came|come|arrived|went|i|we|you)\b"
"""What follows a `that` which points at nothing: `items that were on sale`."""
THAT_ONE = re.compile(
    rf"\b(?:my|it|this|these|that(?!{RELATIVE})|those|them|"
    r"the (?!shop|store|order process|post|refund|return)[\w-]+|instead)\b"
)
DUTY = re.compile(
    r"(?<!how long )(?<!days )(?<!time )\b(?:do|does|must|should|would) (?:i|she|he|they|(?:my|the) \w+) "
    r"(?:have to|need to|must|pay for)\b|\bwho (?:has|have) to\b"
)
"""`do I have to pay for that?` asks for a rule."""
I_PAID = re.compile(
    r"\b(?:did|have) (?:i|we) (?:already )?(?:pay|paid|spen[dt])\b|\bdid (?:the|my) [\w' -]{1,40}\bcost\b"
)
WHICH_OF_MINE = re.compile(r"\bwhich (?:of my |one of my )?(?:orders?|things|items|goods)\b.*\b(?:can|could|may)\b")
DAYS_LEFT = re.compile(r"\b(?:how many days|how much time|how long)(?: \w+){0,4} (?:left|still|remain\w*)\b")
"""Asks what is left of a time that runs already."""
THE_GOODS = re.compile(
    r"\b(?:the|my) (?!shop|store|order|post|refund|return|exchange|money|label|address|item|parcel|customer|"
    r"payment)[\w-]+"
)
"""What may name goods that the customer has; whether they do, their orders tell."""
SWAP_WORD = re.compile(r"\b(?:exchange|exchanging|exchanged|swap(?:ped|ping)?)\b")
WAS_DONE = re.compile(
    r"\b(?:was|were|is|has been|have been|been|got|already|you|they) (?:\w+ )?(?:cancell?ed|returned)\b"
)
ABOUT_RULES = re.compile(r"\b(?:policy|policies|fee|fees|time|times|label|window|process|instructions)\b")
CHEAPER = re.compile(
    r"\bcheaper (?:now|today|than)\b|\bprices? (?:(?:of|for|on) (?:[\w'-]+ ){1,5})?(?:has |have |just )?(?:dropped|"
    r"drop|fell|fallen|gone down|went down|went lower|adjust\w*|match\w*)\b|"
    r"\b(?:give|pay|refund|get|credit)\b[^.?!]*\bdifference\b"
)
GENERAL_TRACKING = re.compile(r"\bif\b|\bhow (?:long|do|can)\b.*\b(?:take|track)\b")
ORDER_ASKED = re.compile(r"\?|\b(?:where|what|when|which|how|status|has|did|is|about|check|any|track\w*)\b")
CONTENTS = re.compile(r"^(?:and |so )?what(?:'?s| is| was| were|does)(?: it)? (?:in|contain\w*|inside)\b")
BOUGHT = re.compile(r"\border\w*|\bpaid|\bpay\b|\bbought")
NEGATED = re.compile(
    r"^(?:(?:no|but|please|actually|and|ok|well)[,.! ]+)*(?:i(?:'m| am)? )?(?:don't|do not|dont|didn't|did not|no need "
    r"to|not|never)(?: (?:want|need|wish|have|ask(?:ed)?|request(?:ed)?|meant?|said))?(?: (?:you|us))?(?: (?:to|for|"
    r"about))?(?: (?:an?|the|any))? (?:cancel\w*|return\w*|exchang\w*|swap\w*|chang\w*|refund\w*|send|"
    r"modify\w*)\b(?!.*\?)"
)
MONEY_BACK = re.compile(r"\b(?:money|refund\w*|amount|it back)\b")
CORRECTED = re.compile(
    r"^(?:(?:no|sorry|oops|oh|actually|wait)[,.! ]+)+(?:it's |it is |i meant? |that's |the number is |i mean "
    r")*(?:order |number |#)*\S*\d+[.! ]*$"
)
OTHER_ORDER = re.compile(r"\b(?:the|my) (?:other|second) (?:one|order)\b")
DEED_WORDS = re.compile(r"\b(?:return|exchange|swap|cancel|send (?:it|them|the [\w-]+) back)\b")
