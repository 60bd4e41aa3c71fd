"""Answers written by hand: a bad one, a better one, another that is good and another that is bad, in other words."""

from typing import NamedTuple


class Four(NamedTuple):
    """Answers to one request."""

    bad: str
    better: str
    good_again: str
    bad_again: str


FOURS = (
    Four(
        "The capital of Australia is Sydney.",
        "The capital of Australia is Canberra.",
        "It's Canberra, which lies between Sydney and Melbourne.",
        "That would be Sydney, the largest city.",
    ),
    Four(
        "Please visit our website for more information.",
        "Go to Settings, then Security, and choose 'Reset password'. You get a mail with a link for an hour.",
        "Open Settings > Security and click Reset password; we'll mail you a link.",
        "You can find more information about that on our website.",
    ),
    Four(
        "Orders usually arrive within 3 to 5 days.",
        "Your order 4711 left our warehouse today and arrives on Friday.",
        "Order 4711 should be with you on Friday, it left the warehouse today.",
        "Normally it takes 3 to 5 days for orders to arrive.",
    ),
    Four(
        "I'm sorry to hear that! May I ask why you want to leave? We have great offers.",
        "I have cancelled your subscription. It ends on 31 May and you will not be charged again.",
        "Done, your subscription is cancelled; you keep access until 31 May and won't be charged.",
        "I am sorry you want to leave. We have an offer for you: 50% off. May I ask why?",
    ),
    Four(
        "17 times 3 is 54.",
        "17 times 3 is 51.",
        "51",
        "The result is 54.",
    ),
    Four(
        "You can use open('f').read() and forget to close it.",
        "Use a with statement: with open('f') as f: text = f.read(). It closes the file.",
        "with open('f') as f:\n    text = f.read()  # closed automatically by with",
        "text = open('f').read()",
    ),
    Four(
        "Die Garantie gilt 12 Monate ab Kaufdatum.",
        "Die Garantie gilt 24 Monate ab Lieferung.",
        "Sie haben 24 Monate Garantie, gerechnet ab der Lieferung.",
        "12 Monate ab dem Kaufdatum.",
    ),
    Four(
        "Yes, the museum is open every day from 10 to 18.",
        "No, the museum is closed on Mondays. It opens Tuesday to Sunday from 10 to 18.",
        "It's closed on Mondays, come Tuesday to Sunday.",
        "Yes, it is open daily from 10 to 18, also on Monday.",
    ),
    Four(
        "The article has several parts. First it talks about energy. Then it talks about prices. Finally it concludes.",
        "Energy prices rose by a third because gas became scarce.",
        "Scarce gas made energy prices rise by about a third.",
        "It first talks about energy, then about prices, and then it concludes.",
    ),
    Four(
        "No tengo información sobre eso.",
        "Abrimos de lunes a viernes de 9 a 18 horas.",
        "De lunes a viernes, de 9:00 a 18:00 horas.",
        "Lo siento, no tengo esa información.",
    ),
    Four(
        "We can't give refunds for digital goods.",
        "Digital goods can be refunded within 14 days if you have not downloaded them.",
        "You get a refund within 14 days as long as you haven't downloaded it.",
        "Unfortunately there are no refunds for digital goods.",
    ),
    Four(
        "Friedrich Schiller wrote Faust.",
        "Johann Wolfgang von Goethe wrote Faust.",
        "Goethe did.",
        "Schiller wrote it, in 1808.",
    ),
    Four(
        "Ich habe Hunger.",
        "J'ai faim.",
        "J'ai faim !",
        "Ich bin hungrig.",
    ),
    Four(
        "You can return items at any time.",
        "Returns go to 12 Mill Lane, Leeds LS1 4AB.",
        "Send it to 12 Mill Lane, Leeds LS1 4AB.",
        "Items may be returned any time you like.",
    ),
    Four(
        "Our product is the best product that has ever been made in the whole world, and everyone should buy it.",
        "Our product is the best. Buy it.",
        "The best product. Buy it now.",
        "Our product is the best product ever made in the whole world, everyone should really buy it at once, today.",
    ),
    Four(
        "Apps can be slow for many reasons. Try restarting.",
        "Your database has no index on user_id, so each request scans the table. Add an index.",
        "Each request scans the whole table: add an index on user_id.",
        "There may be many reasons why apps are slow. Have you tried to restart?",
    ),
    Four(
        "All of our plans include SSO.",
        "Only the Enterprise plan includes SSO.",
        "SSO is part of Enterprise only.",
        "SSO is included in all plans.",
    ),
    Four(
        "法国的首都是里昂。",
        "法国的首都是巴黎。",
        "是巴黎。",
        "首都是里昂。",
    ),
    Four(
        "Apple",
        "- apple\n- pear\n- plum",
        "1. pear\n2. plum\n3. apple",
        "apple",
    ),
    Four(
        "I can't help with that.",
        "Why did the cat sit on the computer? To keep an eye on the mouse.",
        "What does a cat do at a computer? It keeps an eye on the mouse.",
        "Sorry, I can't help you with this.",
    ),
    Four(
        "Tickets cost 12 euros.",
        "Children up to 14 pay 6 euros; adults pay 12 euros.",
        "For children it's 6 euros.",
        "A ticket costs 12 euros.",
    ),
    Four(
        "Your invoice is attached.",
        "I corrected the name; the new invoice is attached.",
        "I've corrected your name and attached a new invoice.",
        "Here is your invoice, it is attached.",
    ),
    Four(
        "It is 7 pm in Tokyo... no wait, it is 6 am.",
        "In summer it is 7 pm in Tokyo, in winter 8 pm.",
        "8 pm in winter and 7 pm in summer.",
        "It is 6 am in Tokyo.",
    ),
    Four(
        "Nos livraisons sont gratuites.",
        "La livraison prend deux jours ouvrés.",
        "Comptez deux jours ouvrés pour la livraison.",
        "La livraison est gratuite.",
    ),
)
